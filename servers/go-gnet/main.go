// go-gnet: gnet, an event-loop library, one loop on a locked thread for each allowed CPU.
//
// gnet goes around package net: its own loops wait in epoll_wait and call back, so that a round
// trip is epoll_wait, read, write, without the scheduler between them, as in a loop in C. What is
// paid is the comfort: a callback has to keep what is incomplete (gnet buffers it) and may never
// block.
//
// Each loop has a listener of its own (SO_REUSEPORT), because gnet's other mode ends the whole
// server where accept finds no descriptor left: here a loop accepts one connection at a time, and
// closes it in OnOpen where the last descriptors have come near. So the kernel deals the connections
// out by a hash of their addresses: of few connections, one loop may get most. That a second server
// does not share the port is seen to by a socket that binds it first without SO_REUSEPORT.
//
// gnet closes at the end of the stream, without waiting: a client that shuts down its side while
// more replies wait than its own and the kernel's buffers hold does not get the rest of them.
//
// Needs: Linux, Go 1.20, gnet v2. There is no fallback.
// Try:   make && ./go-gnet -p 4000 &
//
//	printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/panjf2000/gnet/v2"
)

const (
	challengeBytes      = 4
	largestMessageBytes = 16 << 20
	readBytes           = 64 << 10
	// What a client that does not read may leave in gnet's buffer before it is given up.
	mostUnsentBytes = 4 * largestMessageBytes
	// Descriptors that are kept: those of the runtime and the loops, and one that each loop accepts.
	keptDescriptors = 16
)

type server struct {
	gnet.BuiltinEventEngine
	messageBytes int
	connections  int64 // atomic: all loops count
}

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

func (s *server) OnOpen(gnet.Conn) ([]byte, gnet.Action) {
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	if uint64(atomic.AddInt64(&s.connections, 1))+keptDescriptors > limit.Cur {
		return nil, gnet.Close
	}
	return nil, gnet.None
}

func (s *server) OnClose(gnet.Conn, error) gnet.Action {
	atomic.AddInt64(&s.connections, -1)
	return gnet.None
}

// OnTraffic answers all challenges that are there with one write; gnet keeps an incomplete one.
func (s *server) OnTraffic(connection gnet.Conn) gnet.Action {
	whole := connection.InboundBuffered()
	whole -= whole % s.messageBytes
	if whole == 0 {
		return gnet.None
	}
	bytes, err := connection.Peek(whole)
	if err != nil {
		return gnet.Close
	}
	for at := 0; at < whole; at += s.messageBytes {
		if !answer(bytes[at : at+s.messageBytes]) {
			connection.Write(bytes[:at])
			os.Exit(0)
		}
	}
	if _, err := connection.Write(bytes); err != nil || connection.OutboundBuffered() > mostUnsentBytes {
		return gnet.Close
	}
	connection.Discard(whole)
	return gnet.None
}

// quiet keeps gnet's log, which goes to stdout, from being written: errors come back as values.
type quiet struct{}

func (quiet) Debugf(string, ...any) {}
func (quiet) Infof(string, ...any)  {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(string, ...any) {}

func parse(arguments []string) (netip.AddrPort, int, error) {
	flags := flag.NewFlagSet("go-gnet", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // its own messages are longer than a line
	port := flags.Uint("p", 0, "")
	address := flags.String("b", "127.0.0.1", "")
	messageBytes := flags.Uint("m", challengeBytes, "")
	if err := flags.Parse(arguments); err != nil {
		return netip.AddrPort{}, 0, err
	}
	if *port < 1 || *port > 65535 || flags.NArg() > 0 {
		return netip.AddrPort{}, 0, errors.New("usage: go-gnet -p PORT [-b ADDRESS] [-m BYTES], PORT from 1 to 65535")
	}
	if *messageBytes < 1 || *messageBytes > largestMessageBytes {
		return netip.AddrPort{}, 0, fmt.Errorf("-m %d is not a number from 1 to %d", *messageBytes, largestMessageBytes)
	}
	ip, err := netip.ParseAddr(*address)
	if err != nil {
		return netip.AddrPort{}, 0, fmt.Errorf("-b %s is no IPv4 or IPv6 address", *address)
	}
	return netip.AddrPortFrom(ip, uint16(*port)), int(*messageBytes), nil
}

func run() error {
	where, messageBytes, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	probe, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(where))
	if err != nil {
		return err
	}
	probe.Close()
	// Asked for, because a shell starts its background jobs with SIGINT ignored.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ended
		os.Exit(0)
	}()
	return gnet.Run(&server{messageBytes: messageBytes}, "tcp://"+where.String(),
		gnet.WithNumEventLoop(runtime.NumCPU()), // NumCPU follows the CPUs that are allowed
		gnet.WithLockOSThread(true), gnet.WithReusePort(true), gnet.WithReuseAddr(true),
		gnet.WithTCPNoDelay(gnet.TCPNoDelay), gnet.WithReadBufferCap(readBytes), gnet.WithLogger(quiet{}))
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "go-gnet:", err)
		os.Exit(1)
	}
}
