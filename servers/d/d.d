/**
 * d: a fiber for each connection, on one epoll loop for each CPU that the process may run on.
 *
 * A connection reads as if its socket were blocking: where there is nothing to do, its fiber yields
 * to the loop, which calls it again when epoll says so. The main thread accepts and deals the
 * connections out in turn. Not a Thread for each, because druntime stops all of them to collect
 * garbage. A round trip is epoll_wait, recv, send, and allocates nothing.
 *
 * Needs: Linux 2.6.27, a D compiler with its standard library (ldc2, of 2022 or newer).
 * Try:   make && taskset -c 0,1 ./d -p 4000 &
 *        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
 *        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.
 */
module d;

import core.exception : OutOfMemoryError;
import core.memory : GC;
import core.stdc.signal : signal, SIG_DFL, SIGINT, SIGTERM;
import core.stdc.stdlib : free, malloc;
import core.stdc.string : memmove;
import core.sys.linux.epoll;
import core.sys.linux.sched : CPU_COUNT, cpu_set_t, sched_getaffinity;
import core.sys.posix.sys.resource : getrlimit, rlimit, RLIMIT_NOFILE, setrlimit;
import core.sys.posix.unistd : _exit, geteuid;
import core.thread : Fiber, Thread;
import core.time : msecs;
import std.algorithm : all, min;
import std.ascii : isDigit;
import std.concurrency : spawn;
import std.conv : to;
import std.getopt : config, getopt, GetOptException;
import std.socket;
import std.stdio : stderr;

enum challengeBytes = 4, mostBytes = 16 << 20; // of a message
enum batchBytes = 4096; // what one recv may bring of small messages: a page
enum backlog = 4096; // the kernel cuts it down to net.core.somaxconn
enum eventsAtOnce = 256, acceptPause = 50.msecs;

// The collector marks in the thread that collects: it would start one for each CPU of the machine.
extern (C) __gshared string[] rt_options = ["gcopt=parallel:0"];

/// Ends with one line on stderr.
noreturn fail(string message)
{
    stderr.writeln("d: ", message);
    _exit(1);
    assert(false);
}

uint number(string flag, string text, uint limit)
{
    immutable value = text.length >= 1 && text.length <= 8 && text.all!isDigit ? text.to!uint : 0;
    if (value < 1 || value > limit)
        fail(flag ~ " " ~ text ~ " is not a number from 1 to " ~ limit.to!string);
    return value;
}

/// Turns whole messages into their replies, in place. Returns how many bytes of them: fewer than
/// there are where a challenge is zero.
size_t answerAll(ubyte[] messages, size_t messageBytes) @nogc nothrow
{
    immutable width = min(challengeBytes, messageBytes);
    for (size_t done = 0; done < messages.length; done += messageBytes)
    {
        auto challenge = messages[done .. done + width];
        if (challenge.all!(b => b == 0))
            return done;
        // The last byte is the lowest: the carry runs to the left until a byte does not wrap.
        foreach_reverse (ref b; challenge)
            if (++b != 0)
                break;
    }
    return messages.length;
}

/// One connection: its socket, and the fiber that serves it until it ends.
final class Connection : Fiber
{
    private Socket socket;
    private immutable int epoll;
    private immutable size_t messageBytes;

    this(Socket socket, int epoll, size_t messageBytes)
    {
        super(&serve);
        this.socket = socket;
        this.epoll = epoll;
        this.messageBytes = messageBytes;
        socket.blocking = false;
        GC.addRoot(cast(void*) this); // the collector does not look into the kernel's epoll set
    }

    bool watch(int how, uint events)
    {
        auto event = epoll_event(events, epoll_data_t(cast(void*) this));
        return epoll_ctl(epoll, how, socket.handle, &event) == 0;
    }

    /// After its fiber has ended, or where it was never started.
    void dispose()
    {
        socket.close(); // leaves the epoll set with it
        GC.removeRoot(cast(void*) this);
    }

    private void serve()
    {
        // Whole messages fill the buffer exactly, so that a full one never holds a part.
        immutable capacity = messageBytes < batchBytes ? batchBytes - batchBytes % messageBytes
            : messageBytes;
        auto memory = cast(ubyte*) malloc(capacity);
        if (memory is null)
            return;
        scope (exit)
            free(memory);
        auto buffer = memory[0 .. capacity];
        size_t filled = 0;
        for (;;)
        {
            // One recv and one send for all challenges that are there.
            immutable received = socket.receive(buffer[filled .. $]);
            if (received == 0 || received < 0 && !wouldHaveBlocked)
                return;
            if (received > 0)
            {
                filled += received;
                immutable whole = filled - filled % messageBytes;
                immutable answered = answerAll(buffer[0 .. whole], messageBytes);
                if (!sendAll(buffer[0 .. answered]))
                    return;
                if (answered < whole)
                    _exit(0); // not exit: the other loops are still at work
                filled -= whole;
                memmove(memory, memory + whole, filled);
            }
            Fiber.yield();
        }
    }

    /// Waits where the client does not read; false where the connection is lost.
    private bool sendAll(const(ubyte)[] bytes)
    {
        while (bytes.length > 0)
        {
            immutable sent = socket.send(bytes);
            if (sent < 0 && !wouldHaveBlocked)
                return false;
            bytes = bytes[sent < 0 ? 0 : sent .. $];
            if (bytes.length > 0)
            {
                watch(EPOLL_CTL_MOD, EPOLLOUT);
                Fiber.yield();
                watch(EPOLL_CTL_MOD, EPOLLIN);
            }
        }
        return true;
    }
}

/// Calls the connections of one epoll set when something has happened to them, for ever.
void run(int epoll)
{
    epoll_event[eventsAtOnce] events;
    for (;;)
    {
        immutable count = epoll_wait(epoll, events.ptr, eventsAtOnce, -1); // < 0: the collector
        foreach (ref event; events[0 .. count < 0 ? 0 : count])
        {
            auto connection = cast(Connection) event.data.ptr;
            connection.call();
            if (connection.state == Fiber.State.TERM)
            {
                connection.dispose();
                destroy(connection); // with its stack, now and not when the collector comes by
            }
        }
    }
}

/// The zero byte marks an abstract name, which stands in no file system.
Socket listenOnUnix(uint port)
{
    immutable name = "volley/unix/" ~ port.to!string;
    try
    {
        auto listener = new Socket(AddressFamily.UNIX, SocketType.STREAM);
        listener.bind(new UnixAddress("\0" ~ name));
        listener.listen(backlog);
        return listener;
    }
    catch (SocketException problem)
    {
        fail("cannot listen on the abstract Unix socket " ~ name ~ ": " ~ problem.msg);
    }
}

/// Anybody on this machine may connect to an abstract name; other users are not served.
bool isOwnUser(Socket socket)
{
    enum SO_PEERCRED = cast(SocketOption) 17; // of Linux; answers with a struct ucred
    uint[3] peer; // pid, uid, gid
    return socket.getOption(SocketOptionLevel.SOCKET, SO_PEERCRED, peer[]) == peer.sizeof
        && peer[1] == geteuid();
}

Socket listenOnTcp(string address, ushort port)
{
    try
    {
        auto where = parseAddress(address, port);
        auto listener = new TcpSocket(where.addressFamily);
        listener.setOption(SocketOptionLevel.SOCKET, SocketOption.REUSEADDR, true);
        // No reply waits for an acknowledgement; accepted connections inherit it on Linux.
        listener.setOption(SocketOptionLevel.TCP, SocketOption.TCP_NODELAY, true);
        listener.bind(where);
        listener.listen(backlog);
        return listener;
    }
    catch (SocketException problem)
    {
        fail("cannot listen on " ~ address ~ " port " ~ port.to!string ~ ": " ~ problem.msg);
    }
}

/// Without a descriptor to spare, accepting pauses: those that exist come first.
void acceptAll(Socket listener, bool isUnix, const int[] loops, size_t messageBytes)
{
    for (size_t turn = 0;; turn = (turn + 1) % loops.length)
    {
        Socket socket;
        try
        {
            socket = listener.accept();
            if (isUnix && !isOwnUser(socket))
            {
                socket.close();
                continue;
            }
            auto connection = new Connection(socket, loops[turn], messageBytes);
            if (!connection.watch(EPOLL_CTL_ADD, EPOLLIN))
                connection.dispose();
        }
        catch (SocketException)
            Thread.sleep(acceptPause);
        catch (OutOfMemoryError) // no room for the stack of its fiber
            socket.close();
    }
}

void main(string[] args)
{
    string address, transport = "tcp";
    uint port = 0;
    uint messageBytes = challengeBytes;
    try
    {
        auto options = getopt(args, config.caseSensitive,
            "p", (string _, string value) { port = number("-p", value, ushort.max); },
            "t", &transport,
            "b", &address,
            "m", (string _, string value) { messageBytes = number("-m", value, mostBytes); });
        if (port == 0 || args.length > 1 || options.helpWanted)
            fail("usage: d -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]");
    }
    catch (GetOptException problem)
        fail(problem.msg);
    immutable isUnix = transport == "unix";
    if (!isUnix && transport != "tcp")
        fail("-t " ~ transport ~ " is neither tcp nor unix");
    if (isUnix && address !is null)
        fail("-b " ~ address ~ " is for tcp: leave it out with -t unix");

    signal(SIGINT, SIG_DFL); // a shell starts its jobs with SIGINT ignored
    signal(SIGTERM, SIG_DFL);
    rlimit descriptors; // the usual soft limit is below a thousand connections
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);

    auto listener = isUnix ? listenOnUnix(port)
        : listenOnTcp(address is null ? "127.0.0.1" : address, cast(ushort) port);
    cpu_set_t allowed;
    sched_getaffinity(0, allowed.sizeof, &allowed);
    auto loops = new int[CPU_COUNT(&allowed)];
    foreach (ref loop; loops)
        spawn(&run, loop = epoll_create1(EPOLL_CLOEXEC));
    acceptAll(listener, isUnix, loops, messageBytes);
}
