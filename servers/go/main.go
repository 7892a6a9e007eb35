// go: package net, a goroutine for each connection.
//
// The code is that of blocking sockets; below it, the runtime's netpoller parks a goroutine whose
// read would block and wakes it through epoll, on as many threads as GOMAXPROCS says, which
// follows the CPUs that the process may run on. A goroutine costs a few kilobytes, so ten thousand
// connections are nothing special. What is paid for the comfort is the way through the scheduler
// between epoll_wait and the goroutine that reads, and a read that finds nothing before each wait.
//
// Package net sets SO_REUSEADDR and TCP_NODELAY by itself, and the runtime raises the limit of
// descriptors.
//
// Needs: Go 1.19, no module beside the standard library. There is no fallback, and none is needed.
// Try:   make && ./go -p 4000 &
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
	"net"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	challengeBytes      = 4
	largestMessageBytes = 16 << 20
	batchBytes          = 4096 // what one read may bring of small messages: a page
	acceptPause         = 50 * time.Millisecond
)

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

// serve answers until the client is gone: one read and one write for all challenges that are there.
func serve(connection net.Conn, messageBytes int) {
	defer connection.Close()
	// Whole messages fill the buffer exactly, so that a full one never holds a part.
	size := messageBytes
	if size < batchBytes {
		size = batchBytes - batchBytes%messageBytes
	}
	buffer := make([]byte, size)
	filled := 0
	for {
		received, err := connection.Read(buffer[filled:])
		if err != nil {
			return // the end of the stream, or a reset: nobody else's business
		}
		filled += received
		whole := filled - filled%messageBytes
		for at := 0; at < whole; at += messageBytes {
			if !answer(buffer[at : at+messageBytes]) {
				connection.Write(buffer[:at])
				os.Exit(0)
			}
		}
		if whole > 0 {
			if _, err := connection.Write(buffer[:whole]); err != nil {
				return
			}
			filled = copy(buffer, buffer[whole:filled])
		}
	}
}

// listen opens the transport. Package net puts a zero byte in the place of the @: this name is an
// abstract one, which stands in no file system.
func listen(options options) (net.Listener, error) {
	if options.isUnix {
		return net.Listen("unix", fmt.Sprintf("@volley/unix/%d", options.address.Port()))
	}
	return net.Listen("tcp", options.address.String())
}

// isWelcome says false to other users: anybody on this machine may connect to an abstract name.
func isWelcome(connection net.Conn) bool {
	local, isUnix := connection.(*net.UnixConn)
	if !isUnix {
		return true
	}
	raw, err := local.SyscallConn()
	if err != nil {
		return false
	}
	isOwnUser := false
	raw.Control(func(descriptor uintptr) {
		peer, err := syscall.GetsockoptUcred(int(descriptor), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
		isOwnUser = err == nil && int(peer.Uid) == os.Geteuid()
	})
	return isOwnUser
}

type options struct {
	isUnix       bool           // the transport: otherwise tcp
	address      netip.AddrPort // of which unix uses the port alone
	messageBytes int
}

func parse(arguments []string) (options, error) {
	flags := flag.NewFlagSet("go", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // its own messages are longer than a line
	port := flags.Uint("p", 0, "")
	transport := flags.String("t", "tcp", "")
	address := flags.String("b", "127.0.0.1", "")
	messageBytes := flags.Uint("m", challengeBytes, "")
	if err := flags.Parse(arguments); err != nil {
		return options{}, err
	}
	if *port < 1 || *port > 65535 || flags.NArg() > 0 {
		return options{}, errors.New("usage: go -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES], PORT from 1 to 65535")
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
		connection, err := listener.Accept()
		if err != nil {
			time.Sleep(acceptPause) // no descriptor left: those that are connected come first
			continue
		}
		if !isWelcome(connection) {
			connection.Close()
			continue
		}
		go serve(connection, options.messageBytes)
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
}
