// java: blocking sockets and a thread for each connection; a virtual one where the JDK has them.
//
// From Java 21 on the threads are virtual: the code blocks, and the JDK parks the thread and waits
// with epoll for all of them on a few threads of the system. Before, they are threads of the system,
// each with a small stack. The code is the same; the builder of virtual threads is looked up by
// name, so that one source compiles for Java 17.
//
// Needs: Java 17. Fallback: platform threads where the JDK is older than 21.
// Try:   make && ./java -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadFactory;

/** Answers each challenge with the challenge plus one. */
public final class Server {
  private static final int CHALLENGE_BYTES = 4;
  private static final int LARGEST_MESSAGE_BYTES = 16 << 20;
  private static final int BATCH_BYTES = 4096; // what one read may bring of small messages: a page
  private static final int BACKLOG = 4096; // the kernel cuts it down to net.core.somaxconn
  private static final int STACK_BYTES = 128 << 10; // of a platform thread: many are affordable
  private static final int ACCEPT_PAUSE_MILLISECONDS = 50;

  private Server() {}

  /** Turns a message into its reply, in place; false where the challenge is zero. */
  private static boolean answer(byte[] bytes, int at, int width) {
    int any = 0;
    for (int i = at; i < at + width; i++) {
      any |= bytes[i];
    }
    // The last byte is the lowest: the carry runs to the left until a byte does not wrap.
    int i = at + width - 1;
    while (i >= at && ++bytes[i] == 0) {
      i--;
    }
    return any != 0;
  }

  /** Answers until the client is gone: one read and one write for all challenges that are there. */
  private static void serve(Socket socket, int messageBytes) {
    int width = Math.min(messageBytes, CHALLENGE_BYTES);
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream input = socket.getInputStream();
      OutputStream output = socket.getOutputStream();
      // Whole messages fill the buffer exactly, so that a full one never holds a part.
      byte[] bytes = new byte[Math.max(BATCH_BYTES - BATCH_BYTES % messageBytes, messageBytes)];
      int filled = 0;
      while (true) {
        int received = input.read(bytes, filled, bytes.length - filled);
        if (received < 0) {
          return;
        }
        filled += received;
        int whole = filled - filled % messageBytes;
        for (int at = 0; at < whole; at += messageBytes) {
          if (!answer(bytes, at, width)) {
            output.write(bytes, 0, at);
            Runtime.getRuntime().halt(0); // not exit: there is nothing to tidy up
          }
        }
        if (whole > 0) {
          output.write(bytes, 0, whole);
          filled -= whole;
          System.arraycopy(bytes, whole, bytes, 0, filled);
        }
      }
    } catch (IOException reset) {
      // Reset by the client: nobody else's business.
    }
  }

  /** Makes the threads: Thread.ofVirtual().factory() of Java 21, if it is there. */
  private static ThreadFactory threads() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object made =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual)).invoke();
      return (ThreadFactory)
          lookup
              .findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
              .invoke(made);
    } catch (Throwable older) {
      return task -> {
        Thread thread = new Thread(null, task, "connection", STACK_BYTES);
        thread.setDaemon(true);
        return thread;
      };
    }
  }

  private static void listen(ThreadFactory threads, InetAddress address, int port, int messageBytes) {
    try (ServerSocket listener = new ServerSocket()) {
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(address, port), BACKLOG);
      while (true) {
        Socket socket = null;
        try {
          socket = listener.accept();
          Socket accepted = socket;
          threads.newThread(() -> serve(accepted, messageBytes)).start();
        } catch (IOException | OutOfMemoryError full) {
          // No descriptor or no thread is left: those that are connected come first.
          if (socket != null) {
            socket.close();
          }
          Thread.sleep(ACCEPT_PAUSE_MILLISECONDS);
        }
      }
    } catch (IOException | InterruptedException failure) {
      String where = address.getHostAddress() + " port " + port;
      refuse("cannot listen on " + where + ": " + failure.getMessage());
    }
  }

  private static void refuse(String complaint) {
    System.err.println("java: " + complaint);
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
  public static void main(String[] arguments) throws IOException, InterruptedException {
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
      refuse("usage: java -p PORT [-b ADDRESS] [-m BYTES]");
    }
    // Numeric only: a name would be looked up.
    if (!address.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      refuse("-b " + address + " is no IPv4 or IPv6 address");
    }
    InetAddress where = InetAddress.getByName(address);
    int to = port;
    int bytes = messageBytes;
    // In such a thread, too: the first virtual thread that waits opens what all of them wait with,
    // and must not find that there is no descriptor left for it.
    ThreadFactory threads = threads();
    Thread listening = threads.newThread(() -> listen(threads, where, to, bytes));
    listening.start();
    listening.join();
  }
}
