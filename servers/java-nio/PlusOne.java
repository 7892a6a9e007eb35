// java-nio: a Selector, and with it a thread, for each CPU that the process may run on.
//
// The JDK's own way to many connections: channels that do not block, and a Selector, which is epoll
// on Linux. A round trip is epoll_wait, read, write, on one thread. The buffers are direct, so that
// the JDK need not copy between its heap and the kernel. The main thread accepts, and deals the
// connections out in turn.
//
// Needs: Java 17, Linux or another system with Selectors. There is no fallback.
// Try:   make && taskset -c 0,1 ./java-nio -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Answers each challenge with the challenge plus one. */
public final class PlusOne {
  private static final int CHALLENGE_BYTES = 4;
  private static final int LARGEST_MESSAGE_BYTES = 16 << 20;
  private static final int BATCH_BYTES = 4096; // what one read may bring of small messages: a page
  private static final int BACKLOG = 4096; // the kernel cuts it down to net.core.somaxconn
  private static final int ACCEPT_PAUSE_MILLISECONDS = 50;

  private PlusOne() {}

  /** A connection: what has come up to position, of which the first bytes may wait to be sent. */
  private static final class Connection {
    private final SocketChannel channel;
    private final int messageBytes;
    private final ByteBuffer bytes;
    private int sent;
    private int answered;

    Connection(SocketChannel channel, int messageBytes) {
      this.channel = channel;
      this.messageBytes = messageBytes;
      // Whole messages fill the buffer exactly, so that a full one never holds a part.
      int size = Math.max(BATCH_BYTES - BATCH_BYTES % messageBytes, messageBytes);
      bytes = ByteBuffer.allocateDirect(size);
    }

    /** One read and one write for all challenges that are there; false at the end. */
    boolean serve(SelectionKey key) throws IOException {
      if (answered > 0) {
        return flush(key);
      }
      if (channel.read(bytes) < 0) {
        return false;
      }
      int width = Math.min(messageBytes, CHALLENGE_BYTES);
      for (; bytes.position() - answered >= messageBytes; answered += messageBytes) {
        if (!answer(answered, width)) {
          bytes.flip().limit(answered);
          channel.write(bytes);
          Runtime.getRuntime().halt(0); // not exit: the other threads are still at work
        }
      }
      return answered == 0 || flush(key);
    }

    /** Turns a message into its reply, in place; false where the challenge is zero. */
    private boolean answer(int at, int width) {
      if (width == CHALLENGE_BYTES) {
        int challenge = bytes.getInt(at);
        bytes.putInt(at, challenge + 1);
        return challenge != 0;
      }
      int any = 0;
      for (int i = at; i < at + width; i++) {
        any |= bytes.get(i);
      }
      // The last byte is the lowest: the carry runs to the left until a byte does not wrap.
      int i = at + width - 1;
      byte sum;
      do {
        sum = (byte) (bytes.get(i) + 1);
        bytes.put(i--, sum);
      } while (i >= at && sum == 0);
      return any != 0;
    }

    /** Sends what is answered. A client that does not read is not read from either. */
    private boolean flush(SelectionKey key) throws IOException {
      int filled = bytes.position();
      bytes.limit(answered).position(sent);
      channel.write(bytes);
      sent = bytes.position();
      bytes.limit(bytes.capacity()).position(filled);
      boolean done = sent == answered;
      if (done) {
        bytes.limit(filled).position(answered);
        bytes.compact();
        sent = 0;
        answered = 0;
      }
      int wanted = done ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
      if (key.interestOps() != wanted) {
        key.interestOps(wanted);
      }
      return true;
    }
  }

  /** A thread with its Selector. */
  private static final class Loop implements Runnable {
    private final Selector selector = Selector.open();
    private final Queue<Connection> accepted = new ConcurrentLinkedQueue<>();

    Loop() throws IOException {}

    /** Takes a connection over; called by the thread that accepts. */
    void add(Connection connection) {
      accepted.add(connection);
      selector.wakeup();
    }

    @Override
    public void run() {
      try {
        while (true) {
          selector.select(Loop::serve);
          for (Connection next = accepted.poll(); next != null; next = accepted.poll()) {
            next.channel.register(selector, SelectionKey.OP_READ, next);
          }
        }
      } catch (IOException failure) {
        refuse("cannot wait for input: " + failure.getMessage());
      }
    }

    private static void serve(SelectionKey key) {
      Connection connection = (Connection) key.attachment();
      try {
        if (connection.serve(key)) {
          return;
        }
      } catch (IOException reset) {
        // Reset by the client: nobody else's business.
      }
      try {
        connection.channel.close();
      } catch (IOException nothingLeftToClose) {
        // It is gone in any case.
      }
    }
  }

  private static void listen(InetSocketAddress where, int messageBytes) throws Exception {
    // Of the address's family: otherwise 0.0.0.0 would be all IPv6 addresses as well.
    boolean isIpv4 = where.getAddress() instanceof Inet4Address;
    ServerSocketChannel listener = ServerSocketChannel.open(isIpv4 ? INET : INET6);
    listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    listener.bind(where, BACKLOG);
    // availableProcessors counts the CPUs that are allowed.
    Loop[] loops = new Loop[Runtime.getRuntime().availableProcessors()];
    for (int i = 0; i < loops.length; i++) {
      loops[i] = new Loop();
      new Thread(loops[i], "loop " + i).start();
    }
    for (int turn = 0; ; turn = (turn + 1) % loops.length) {
      SocketChannel channel = null;
      try {
        channel = listener.accept();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        loops[turn].add(new Connection(channel, messageBytes));
      } catch (IOException | OutOfMemoryError full) {
        // No descriptor or memory is left: those that are connected come first.
        if (channel != null) {
          channel.close();
        }
        Thread.sleep(ACCEPT_PAUSE_MILLISECONDS);
      }
    }
  }

  private static void refuse(String complaint) {
    System.err.println("java-nio: " + complaint);
    Runtime.getRuntime().halt(1);
  }

  private static int parseNumber(String flag, String text, int limit) {
    int value = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    if (value < 1 || value > limit) {
      refuse(flag + " " + text + " is not a number from 1 to " + limit);
    }
    return value;
  }

  /** Takes -p PORT [-b ADDRESS] [-m BYTES]. */
  public static void main(String[] arguments) {
    String address = "127.0.0.1";
    int port = 0;
    int messageBytes = CHALLENGE_BYTES;
    for (int i = 0; i < arguments.length; i += 2) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (arguments[i]) {
        case "-p" -> port = parseNumber("-p", value, 65535);
        case "-b" -> address = value;
        case "-m" -> messageBytes = parseNumber("-m", value, LARGEST_MESSAGE_BYTES);
        default -> refuse("unknown flag " + arguments[i]);
      }
    }
    if (port == 0) {
      refuse("usage: java-nio -p PORT [-b ADDRESS] [-m BYTES]");
    }
    // Numeric only: a name would be looked up.
    if (!address.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      refuse("-b " + address + " is no IPv4 or IPv6 address");
    }
    try {
      listen(new InetSocketAddress(InetAddress.getByName(address), port), messageBytes);
    } catch (Exception failure) {
      refuse("cannot listen on " + address + " port " + port + ": " + failure.getMessage());
    }
  }
}
