// @NAME@: blocking sockets, a thread for each connection: a virtual one where the JDK has them.
//
// What is particular about this server is in serve() and in the threads that call it; the rest keeps
// the contract of ../README.md. How the JVM is started, and why so, is in the script @NAME@.
//
// Needs: Linux, JDK 17, and 21 for virtual threads; JAVA_HOME says which, otherwise PATH. There is
//        no other fallback.
// Try:   make && ./@NAME@ -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

import static java.net.StandardProtocolFamily.INET;
import static java.net.StandardProtocolFamily.INET6;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

public final class PlusOne {
  private static final int CHALLENGE_BYTES = 4;
  private static final int LARGEST_MESSAGE_BYTES = 16 << 20;
  private static final int BATCH_BYTES = 4096; // what one read may bring of small messages: a page
  private static final int BACKLOG = 4096; // the kernel cuts it down to net.core.somaxconn
  private static final int ACCEPT_PAUSE_MS = 50;
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

  private record Options(InetSocketAddress address, int messageBytes) {}

  /** Turns the message that begins there into its reply; false where the challenge is zero. */
  private static boolean answer(ByteBuffer buffer, int at, int messageBytes) {
    if (messageBytes >= CHALLENGE_BYTES) {
      int challenge = buffer.getInt(at); // in network order, as a buffer is if not told otherwise
      buffer.putInt(at, challenge + 1);
      return challenge != 0;
    }
    // A shorter message is a number of that many bytes: the carry beyond them is dropped.
    int challenge = 0;
    for (int i = at; i < at + messageBytes; ++i) {
      challenge = challenge << 8 | buffer.get(i) & 0xff;
    }
    for (int i = at + messageBytes, rest = challenge + 1; i-- > at; rest >>= 8) {
      buffer.put(i, (byte) rest);
    }
    return challenge != 0;
  }

  /** Answers until the client is gone: one read and one write for all challenges that are there. */
  private static void serve(SocketChannel channel, int messageBytes) {
    try (channel) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      // Whole messages fill the buffer exactly, so that a full one never holds a part.
      int messages = Math.max(1, BATCH_BYTES / messageBytes);
      ByteBuffer buffer = ByteBuffer.allocate(messages * messageBytes);
      while (channel.read(buffer) > 0) {
        int filled = buffer.position();
        int whole = filled - filled % messageBytes;
        buffer.position(0);
        for (int at = 0; at < whole; at += messageBytes) {
          if (!answer(buffer, at, messageBytes)) {
            channel.write(buffer.limit(at));
            System.exit(0);
          }
        }
        buffer.limit(whole);
        while (buffer.hasRemaining()) { // a blocking channel writes all; an empty one, nothing
          channel.write(buffer);
        }
        buffer.limit(filled).position(whole);
        buffer.compact(); // a part of a message waits at the front for its rest
      }
    } catch (IOException | OutOfMemoryError e) {
      // A reset, or no room for a large message: it ends this connection and no other.
    }
  }

  /** By reflection, because this has to be compiled with a JDK 17. */
  private static Executor threadPerTask() {
    Executor threads;
    try {
      Method virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
      threads = (Executor) virtual.invoke(null);
    } catch (ReflectiveOperationException e) { // there are none, or only as a preview
      return task -> new Thread(task).start();
    }
    try {
      // The JDK opens its pollers when a virtual thread first waits. Where no descriptor is left by
      // then, none can ever wait: so they are opened now.
      Class.forName("sun.nio.ch.Poller");
    } catch (ClassNotFoundException e) {
      // a JDK that does it otherwise
    }
    return threads;
  }

  /** A whole number from 1 to the limit. */
  private static int parseNumber(String flag, String text, int limit) {
    if (!text.matches("0*[1-9][0-9]{0,8}") || Integer.parseInt(text) > limit) {
      throw new IllegalArgumentException(flag + " " + text + " is not a number from 1 to " + limit);
    }
    return Integer.parseInt(text);
  }

  private static Options parse(String[] arguments) {
    String address = "127.0.0.1";
    int port = 0;
    int messageBytes = CHALLENGE_BYTES;
    for (int i = 0; i < arguments.length; i += 2) {
      String flag = arguments[i];
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (flag) {
        case "-p" -> port = parseNumber(flag, value, 65535);
        case "-b" -> address = value;
        case "-m" -> messageBytes = parseNumber(flag, value, LARGEST_MESSAGE_BYTES);
        default -> throw new IllegalArgumentException("flag " + flag + " is unknown");
      }
    }
    if (port == 0) {
      throw new IllegalArgumentException("usage: @NAME@ -p PORT [-b ADDRESS] [-m BYTES]");
    }
    try {
      // Neither is looked up as a name: what has a colon is an IPv6 address or none at all.
      if (address.contains(":") || address.matches("(" + OCTET + "\\.){3}" + OCTET)) {
        InetAddress ip = InetAddress.getByName(address);
        return new Options(new InetSocketAddress(ip, port), messageBytes);
      }
    } catch (UnknownHostException e) {
      // the same as what follows
    }
    throw new IllegalArgumentException("-b " + address + " is no IPv4 or IPv6 address");
  }

  private static ServerSocketChannel listen(InetSocketAddress address) throws IOException {
    boolean isIpv4 = address.getAddress() instanceof Inet4Address;
    ServerSocketChannel listener = ServerSocketChannel.open(isIpv4 ? INET : INET6);
    listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    String where = address.getAddress().getHostAddress() + " port " + address.getPort();
    try {
      return listener.bind(address, BACKLOG);
    } catch (IOException e) {
      throw new IOException("cannot listen on " + where + ": " + e.getMessage(), e);
    }
  }

  private static void acceptAll(ServerSocketChannel listener, Executor threads, int messageBytes)
      throws InterruptedException {
    while (true) {
      try {
        SocketChannel channel = listener.accept();
        try {
          threads.execute(() -> serve(channel, messageBytes));
        } catch (OutOfMemoryError e) { // also where the kernel has no thread left
          channel.close();
        }
      } catch (IOException e) {
        Thread.sleep(ACCEPT_PAUSE_MS); // no descriptor left: those that are connected come first
      }
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    try {
      Options options = parse(arguments);
      Executor threads = threadPerTask();
      acceptAll(listen(options.address), threads, options.messageBytes);
    } catch (IllegalArgumentException | IOException e) {
      System.err.println("@NAME@: " + e.getMessage());
      System.exit(1);
    }
  }
}
