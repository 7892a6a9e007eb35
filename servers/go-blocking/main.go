// go-blocking: blocking system calls on locked threads, without the runtime's netpoller.
//
// Each connection has a goroutine that is locked to a thread of its own and calls read and write
// on a blocking socket: Go written as C with threads. A round trip saves what the netpoller costs
// (a read that finds nothing, epoll_wait, the way through the scheduler), and pays for a thread
// that the kernel wakes, and for the runtime, which takes the processor away from a thread that is
// long in a call and has to give it one back afterwards. A goroutine that ends while it is locked
// takes its thread with it, so that threads do not pile up.
//
// The runtime ends the process where it needs more threads than SetMaxThreads allows, and handles
// many thousands of them so slowly that the connections to come have to wait for seconds. So
// connections are counted, and those beyond the limit are closed at once.
//
// Needs: Linux, Go 1.19, no module beside the standard library. There is no fallback.
// Try:   make && ./go-blocking -p 4000 &
//
//	printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//	With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.
package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	challengeBytes      = 4
	largestMessageBytes = 16 << 20
	batchBytes          = 4096 // what one read may bring of small messages: a page
	backlog             = 4096 // the kernel cuts it down to net.core.somaxconn
	acceptPause         = 50 * time.Millisecond
	mostConnections     = 3000
	mostThreads         = mostConnections + 1000 // threads that end still count for a moment
)

// Atomic: the accepting thread adds, the threads of connections subtract.
var connections int32

// answer turns a message into its reply, in place. It says false where the challenge is zero.
func answer(message []byte) bool {
	if len(message) >= challengeBytes {
		challenge := binary.BigEndian.Uint32(message)
		binary.BigEndian.PutUint32(message, challenge+1)
		return challenge != 0
	}
	// A shorter message is a number of that many bytes: the carry runs to the left.
	isZero := true
	for _, b := range message {
		isZero = isZero && b == 0
	}
	for i := len(message) - 1; i >= 0; i-- {
		message[i]++
		if message[i] != 0 {
			break
		}
	}
	return !isZero
}

func writeAll(socket int, bytes []byte) bool {
	for len(bytes) > 0 {
		written, err := syscall.Write(socket, bytes)
		if err != nil && err != syscall.EINTR {
			return false
		}
		if written > 0 {
			bytes = bytes[written:]
		}
	}
	return true
}

// serve answers until the client is gone: one read and one write for all challenges that are there.
func serve(socket, messageBytes int) {
	runtime.LockOSThread() // and never unlocked: the thread ends with the connection
	defer atomic.AddInt32(&connections, -1)
	defer syscall.Close(socket)
	// Whole messages fill the buffer exactly, so that a full one never holds a part.
	size := messageBytes
	if size < batchBytes {
		size = batchBytes - batchBytes%messageBytes
	}
	buffer := make([]byte, size)
	filled := 0
	for {
		received, err := syscall.Read(socket, buffer[filled:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil || received == 0 {
			return // a reset, or the end of the stream: nobody else's business
		}
		filled += received
		whole := filled - filled%messageBytes
		for at := 0; at < whole; at += messageBytes {
			if !answer(buffer[at : at+messageBytes]) {
				writeAll(socket, buffer[:at])
				os.Exit(0)
			}
		}
		if whole > 0 {
			if !writeAll(socket, buffer[:whole]) {
				return
			}
			filled = copy(buffer, buffer[whole:filled])
		}
	}
}

// listenTCP opens a blocking listener. Accepted connections inherit TCP_NODELAY from it on Linux.
func listenTCP(where netip.AddrPort) (int, error) {
	var family int
	var address syscall.Sockaddr
	if where.Addr().Is4() {
		family = syscall.AF_INET
		address = &syscall.SockaddrInet4{Port: int(where.Port()), Addr: where.Addr().As4()}
	} else {
		family = syscall.AF_INET6
		address = &syscall.SockaddrInet6{Port: int(where.Port()), Addr: where.Addr().As16()}
	}
	socket, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		err = syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}
	if err == nil {
		err = syscall.SetsockoptInt(socket, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	}
	if err == nil {
		err = syscall.Bind(socket, address)
	}
	if err == nil {
		err = syscall.Listen(socket, backlog)
	}
	if err != nil {
		return -1, fmt.Errorf("cannot listen on %v: %w", where, err)
	}
	return socket, nil
}

// listenUnix opens a blocking listener. Package syscall puts a zero byte in the place of the @: this
// name is an abstract one, which stands in no file system.
func listenUnix(port uint16) (int, error) {
	name := fmt.Sprintf("@volley/unix/%d", port)
	socket, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		err = syscall.Bind(socket, &syscall.SockaddrUnix{Name: name})
	}
	if err == nil {
		err = syscall.Listen(socket, backlog)
	}
	if err != nil {
		return -1, fmt.Errorf("cannot listen on the abstract Unix socket %s: %w", name, err)
	}
	return socket, nil
}

func listen(options options) (int, error) {
	if options.isUnix {
		return listenUnix(options.address.Port())
	}
	return listenTCP(options.address)
}

// isOwnUser says false to other users: anybody on this machine may connect to an abstract name.
func isOwnUser(socket int) bool {
	peer, err := syscall.GetsockoptUcred(socket, syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	return err == nil && int(peer.Uid) == os.Geteuid()
}

type options struct {
	isUnix       bool           // the transport: otherwise tcp
	address      netip.AddrPort // of which unix uses the port alone
	messageBytes int
}

func parse(arguments []string) (options, error) {
	flags := flag.NewFlagSet("go-blocking", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // its own messages are longer than a line
	port := flags.Uint("p", 0, "")
	transport := flags.String("t", "tcp", "")
	address := flags.String("b", "127.0.0.1", "")
	messageBytes := flags.Uint("m", challengeBytes, "")
	if err := flags.Parse(arguments); err != nil {
		return options{}, err
	}
	if *port < 1 || *port > 65535 || flags.NArg() > 0 {
		return options{}, errors.New("usage: go-blocking -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES], PORT from 1 to 65535")
	}
	if *messageBytes < 1 || *messageBytes > largestMessageBytes {
		return options{}, fmt.Errorf("-m %d is not a number from 1 to %d", *messageBytes, largestMessageBytes)
	}
	if *transport != "tcp" && *transport != "unix" {
		return options{}, fmt.Errorf("-t %s is neither tcp nor unix", *transport)
	}
	isAddressGiven := false
	flags.Visit(func(given *flag.Flag) { isAddressGiven = isAddressGiven || given.Name == "b" })
	if *transport == "unix" && isAddressGiven {
		return options{}, fmt.Errorf("-b %s is for tcp: leave it out with -t unix", *address)
	}
	ip, err := netip.ParseAddr(*address)
	if err != nil {
		return options{}, fmt.Errorf("-b %s is no IPv4 or IPv6 address", *address)
	}
	return options{*transport == "unix", netip.AddrPortFrom(ip, uint16(*port)), int(*messageBytes)}, nil
}

func run() error {
	options, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	debug.SetMaxThreads(mostThreads)
	listener, err := listen(options)
	if err != nil {
		return err
	}
	// Asked for, because a shell starts its background jobs with SIGINT ignored.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ended
		os.Exit(0)
	}()
	for {
		socket, _, err := syscall.Accept4(listener, syscall.SOCK_CLOEXEC)
		switch {
		case err == syscall.EINTR || err == syscall.ECONNABORTED:
		case err != nil:
			// No descriptor left: those that are connected come first. Not time.Sleep, which opens the
			// netpoller for its timer, and ends the process where there is no descriptor for that.
			pause := syscall.NsecToTimespec(acceptPause.Nanoseconds())
			syscall.Nanosleep(&pause, nil)
		case options.isUnix && !isOwnUser(socket):
			syscall.Close(socket)
		case atomic.AddInt32(&connections, 1) > mostConnections:
			atomic.AddInt32(&connections, -1)
			syscall.Close(socket)
		default:
			go serve(socket, options.messageBytes)
		}
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "go-blocking:", err)
		os.Exit(1)
	}
}
