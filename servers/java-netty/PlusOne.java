// java-netty: Netty on its own epoll transport, an event loop for each allowed CPU.
//
// Netty is what most Java servers with many connections stand on. A pipeline of handlers belongs to
// each connection: one cuts the stream into messages, one answers them; what one read has brought
// is flushed together. The native transport calls epoll and the sockets through JNI, without a
// Selector, and the buffers come from a pool outside of the heap. Netty itself pauses for a second
// where accept finds no descriptor left.
//
// Needs: Java 17, Linux on x86-64 or AArch64, Maven to fetch Netty. There is no fallback: where the
// native library cannot be loaded, the server says so and ends.
// Try:   make && ./java-netty -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;

/** Answers each challenge with the challenge plus one. */
public final class PlusOne {
  private static final int CHALLENGE_BYTES = 4;
  private static final int LARGEST_MESSAGE_BYTES = 16 << 20;
  private static final int BACKLOG = 4096; // the kernel cuts it down to net.core.somaxconn

  private PlusOne() {}

  /** Answers messages; a client that does not read its replies is not read from either. */
  private static final class Answering extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
      ByteBuf message = (ByteBuf) received;
      if (addOne(message)) {
        context.write(message, context.voidPromise());
      } else {
        message.release();
        // What was owed before it is still sent; halt, because exit would wait for the loops.
        context.flush();
        Runtime.getRuntime().halt(0);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      context.channel().config().setAutoRead(context.channel().isWritable());
    }

    /** The client sends no more: what it is owed goes out, and then the connection is closed. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable reset) {
      context.close(); // nobody else's business
    }

    /** Turns a message into its reply, in place; false where the challenge is zero. */
    private static boolean addOne(ByteBuf message) {
      int begin = message.readerIndex();
      if (message.readableBytes() >= CHALLENGE_BYTES) {
        int challenge = message.getInt(begin);
        message.setInt(begin, challenge + 1);
        return challenge != 0;
      }
      int any = 0;
      int end = message.writerIndex();
      for (int i = begin; i < end; i++) {
        any |= message.getByte(i);
      }
      // The last byte is the lowest: the carry runs to the left until a byte does not wrap.
      int i = end - 1;
      int sum;
      do {
        sum = message.getByte(i) + 1 & 0xff;
        message.setByte(i--, sum);
      } while (i >= begin && sum == 0);
      return any != 0;
    }
  }

  /** Anybody on this machine may connect to an abstract name; other users are not served. */
  private static boolean isWelcome(Channel channel) throws Exception {
    return !(channel instanceof EpollDomainSocketChannel local)
        || Files.getAttribute(Path.of("/proc/self"), "unix:uid")
            .equals(local.peerCredentials().uid());
  }

  private static void listen(SocketAddress where, int messageBytes) throws Exception {
    // availableProcessors counts the CPUs that are allowed. The listener has a loop of its own, so
    // that accepting holds up no reply.
    int cpus = Runtime.getRuntime().availableProcessors();
    EventLoopGroup accepting = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    EventLoopGroup serving = new MultiThreadIoEventLoopGroup(cpus, EpollIoHandler.newFactory());
    ServerBootstrap server = new ServerBootstrap();
    if (where instanceof InetSocketAddress tcp) {
      // Of the address's family: otherwise 0.0.0.0 would be all IPv6 addresses as well.
      boolean isIpv4 = tcp.getAddress() instanceof Inet4Address;
      SocketProtocolFamily family = isIpv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
      server
          .channelFactory(() -> new EpollServerSocketChannel(family))
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true);
    } else {
      server.channel(EpollServerDomainSocketChannel.class);
    }
    server
        .group(accepting, serving)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) throws Exception {
                if (!isWelcome(channel)) {
                  channel.close();
                  return;
                }
                channel
                    .pipeline()
                    .addLast(new FixedLengthFrameDecoder(messageBytes), new Answering());
              }
            })
        .bind(where)
        .sync()
        .channel()
        .closeFuture()
        .sync();
  }

  private static void refuse(String complaint) {
    System.err.println("java-netty: " + complaint);
    Runtime.getRuntime().halt(1);
  }

  private static int parseNumber(String flag, String text, int limit) {
    int value = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    if (value < 1 || value > limit) {
      refuse(flag + " " + text + " is not a number from 1 to " + limit);
    }
    return value;
  }

  /** The zero byte marks an abstract name, which stands in no file system. */
  private static SocketAddress unixAddress(int port, String address) {
    if (address != null) {
      refuse("-b " + address + " is for tcp: leave it out with -t unix");
    }
    return new DomainSocketAddress("\0volley/unix/" + port);
  }

  private static SocketAddress tcpAddress(int port, String address) throws Exception {
    // Numeric only: a name would be looked up.
    if (!address.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      refuse("-b " + address + " is no IPv4 or IPv6 address");
    }
    return new InetSocketAddress(InetAddress.getByName(address), port);
  }

  /** Takes -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]. */
  public static void main(String[] arguments) {
    String transport = "tcp";
    String address = null;
    int port = 0;
    int messageBytes = CHALLENGE_BYTES;
    for (int i = 0; i < arguments.length; i += 2) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (arguments[i]) {
        case "-p" -> port = parseNumber("-p", value, 65535);
        case "-t" -> transport = value;
        case "-b" -> address = value;
        case "-m" -> messageBytes = parseNumber("-m", value, LARGEST_MESSAGE_BYTES);
        default -> refuse("unknown flag " + arguments[i]);
      }
    }
    if (port == 0) {
      refuse("usage: java-netty -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]");
    }
    boolean isUnix = transport.equals("unix");
    if (!isUnix && !transport.equals("tcp")) {
      refuse("-t " + transport + " is neither tcp nor unix");
    }
    if (!isUnix && address == null) {
      address = "127.0.0.1";
    }
    // No log: without a descriptor left, the JDK's own logging fails where it is first used, and
    // with it the event loop that wanted to complain about that.
    LogManager.getLogManager().reset();
    try {
      listen(isUnix ? unixAddress(port, address) : tcpAddress(port, address), messageBytes);
    } catch (Throwable failure) { // an Error where the native library is missing
      String where = isUnix ? "the abstract Unix socket volley/unix/" : address + " port ";
      String reason = String.valueOf(failure.getMessage()).replace('\0', '@');
      refuse("cannot listen on " + where + port + ": " + reason);
    }
  }
}
