// csharp: async/await on NetworkStream, on the thread pool of Mono, in C#.
//
// A connection is an async method. One thread of the runtime waits for all sockets, and a thread of
// the pool, whose size follows the CPUs that the process may use, goes on with what is ready. A
// thread for each connection needs fewer changes of thread in a round trip, but Mono searches its
// lists of threads from one end to the other: ten thousand connections that end together keep it
// busy for ten seconds. A reply is tried with a plain Send first, and awaited only where the client
// does not read; then that client waits, and nobody else.
//
// How the runtime is started is told by the script that stands beside this file.
//
// Needs: Mono 6 (mcs, mono), GNU coreutils 8.31 for `env --default-signal`. There is no fallback.
// Try:   make && ./csharp -p 4000 &
//        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

static class PlusOne
{
    const int ChallengeBytes = 4;
    const int LargestMessageBytes = 16 << 20;
    const int BatchBytes = 4096; // what one Receive may bring of small messages: a page
    const int Backlog = 4096; // the kernel cuts it down to net.core.somaxconn
    const int AcceptPauseMilliseconds = 50;

    static int messageBytes = ChallengeBytes; // written before the first thread starts

    // Not Environment.Exit, which first brings all other threads to an end.
    [DllImport("libc", EntryPoint = "_exit")]
    static extern void ExitAtOnce(int status);

    const int SolSocket = 1, SoPeerCred = 17; // of Linux

    struct Ucred
    {
        public int Process;
        public uint User, Group;
    }

    [DllImport("libc", EntryPoint = "getsockopt")]
    static extern int GetOption(IntPtr socket, int level, int option, out Ucred value, ref int bytes);

    [DllImport("libc", EntryPoint = "geteuid")]
    static extern uint OwnUser();

    static void Main(string[] arguments)
    {
        var transport = "tcp";
        IPAddress address = null;
        var port = 0;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var flag = arguments[i];
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            if (value != null && flag == "-p")
                port = Number(flag, value, IPEndPoint.MaxPort);
            else if (value != null && flag == "-t")
                transport = value;
            else if (value != null && flag == "-b")
                address = Address(value);
            else if (value != null && flag == "-m")
                messageBytes = Number(flag, value, LargestMessageBytes);
            else
                Fail("flag " + flag + " is unknown or lacks its value");
        }
        if (port == 0)
            Fail("usage: csharp -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]");
        if (transport != "tcp" && transport != "unix")
            Fail("-t " + transport + " is neither tcp nor unix");
        if (transport == "unix" && address != null)
            Fail("-b " + address + " is for tcp: leave it out with -t unix");
        // The zero byte marks an abstract name, which stands in no file system.
        AcceptAll(transport == "unix"
            ? Listen(new UnixDomainSocketEndPoint("\0volley/unix/" + port), ProtocolType.IP)
            : Listen(new IPEndPoint(address ?? IPAddress.Loopback, port), ProtocolType.Tcp));
    }

    static void Fail(string message)
    {
        Console.Error.WriteLine("csharp: " + message);
        ExitAtOnce(1);
    }

    static int Number(string flag, string text, int limit)
    {
        int value;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            || value < 1 || value > limit)
            Fail(flag + " " + text + " is not a number from 1 to " + limit);
        return value;
    }

    static IPAddress Address(string text)
    {
        IPAddress address;
        if (!IPAddress.TryParse(text, out address))
            Fail("-b " + text + " is no IPv4 or IPv6 address");
        return address;
    }

    static Socket Listen(EndPoint where, ProtocolType protocol)
    {
        var listener = new Socket(where.AddressFamily, SocketType.Stream, protocol);
        try
        {
            // Mono sets SO_REUSEADDR by itself.
            listener.Bind(where);
            listener.Listen(Backlog);
        }
        catch (SocketException problem)
        {
            Fail("cannot listen on " + where.ToString().Replace('\0', '@') + ": " + problem.Message);
        }
        return listener;
    }

    // Without a descriptor to spare, nothing is accepted for a moment: those that exist come first.
    static void AcceptAll(Socket listener)
    {
        for (;;)
        {
            try
            {
                Serve(listener.Accept());
            }
            catch (SocketException)
            {
                Thread.Sleep(AcceptPauseMilliseconds);
            }
        }
    }

    // Anybody on this machine may connect to an abstract name; other users are not served.
    static bool IsOwnUser(Socket connection)
    {
        Ucred peer;
        var bytes = Marshal.SizeOf(typeof(Ucred));
        return GetOption(connection.Handle, SolSocket, SoPeerCred, out peer, ref bytes) == 0
            && peer.User == OwnUser();
    }

    // Not awaited, therefore void: it goes on beside the others, and every end of it is met here.
    static async void Serve(Socket connection)
    {
        try
        {
            if (connection.AddressFamily != AddressFamily.Unix)
                connection.NoDelay = true; // no reply waits for an acknowledgement
            else if (!IsOwnUser(connection))
                return;
            using (var stream = new NetworkStream(connection))
            {
                connection.Blocking = false; // only now: a stream refuses such a socket
                await ServeUntilItEnds(connection, stream);
            }
        }
        catch (Exception problem) when (problem is IOException || problem is SocketException)
        {
            // Reset by the client: nobody else's business.
        }
        finally
        {
            connection.Close();
        }
    }

    static async Task ServeUntilItEnds(Socket connection, NetworkStream stream)
    {
        // Whole messages fill the buffer exactly, so that a full one never holds a part.
        var buffer = new byte[messageBytes < BatchBytes
            ? BatchBytes - BatchBytes % messageBytes
            : messageBytes];
        var reply = new ArraySegment<byte>[1];
        var filled = 0;
        for (;;)
        {
            // One read and one send for all challenges that are there.
            var received = await stream.ReadAsync(buffer, filled, buffer.Length - filled);
            if (received == 0)
                return;
            filled += received;
            var whole = filled - filled % messageBytes;
            var answered = AnswerAll(buffer, whole);
            reply[0] = new ArraySegment<byte>(buffer, 0, answered);
            var sent = answered > 0 ? TrySend(connection, reply) : 0;
            if (answered < whole)
                ExitAtOnce(0);
            if (sent < answered)
                await stream.WriteAsync(buffer, sent, answered - sent);
            filled -= whole;
            if (filled > 0 && whole > 0)
                Buffer.BlockCopy(buffer, whole, buffer, 0, filled);
        }
    }

    // What the kernel takes at once. Not the Send of a single array, which tries again without a
    // pause until a client that does not read has read. What is wrong, the next call says as well.
    static int TrySend(Socket connection, IList<ArraySegment<byte>> bytes)
    {
        SocketError error;
        var sent = connection.Send(bytes, SocketFlags.None, out error);
        return error == SocketError.Success ? sent : 0;
    }

    // Turns messages into their replies, in place. Returns how many bytes of them: fewer than there
    // are where a challenge is zero.
    static int AnswerAll(byte[] buffer, int whole)
    {
        var width = Math.Min(ChallengeBytes, messageBytes);
        for (var first = 0; first < whole; first += messageBytes)
        {
            var zero = true;
            for (var i = 0; i < width; i++)
                zero &= buffer[first + i] == 0;
            if (zero)
                return first;
            // The last byte is the lowest: the carry runs to the left until a byte does not wrap.
            for (var i = first + width - 1; i >= first && ++buffer[i] == 0; i--) { }
        }
        return whole;
    }
}
