// @NAME@: package net, a goroutine for each connection. Say here which technique is shown, and why.
//
// Needs: Go 1.19.   Try: make && ./@NAME@ -p 4000, and then make check-@NAME@ in the top directory
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

// serve is what to change: how bytes come in and go out. One read and one write for all challenges that are there.
func serve(connection *net.TCPConn, messageBytes int) {
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

type options struct {
	address      netip.AddrPort
	messageBytes int
}

func parse(arguments []string) (options, error) {
	flags := flag.NewFlagSet("@NAME@", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // its own messages are longer than a line
	port := flags.Uint("p", 0, "")
	address := flags.String("b", "127.0.0.1", "")
	messageBytes := flags.Uint("m", challengeBytes, "")
	if err := flags.Parse(arguments); err != nil {
		return options{}, err
	}
	if *port < 1 || *port > 65535 || flags.NArg() > 0 {
		return options{}, errors.New("usage: @NAME@ -p PORT [-b ADDRESS] [-m BYTES], PORT from 1 to 65535")
	}
	if *messageBytes < 1 || *messageBytes > largestMessageBytes {
		return options{}, fmt.Errorf("-m %d is not a number from 1 to %d", *messageBytes, largestMessageBytes)
	}
	ip, err := netip.ParseAddr(*address)
	if err != nil {
		return options{}, fmt.Errorf("-b %s is no IPv4 or IPv6 address", *address)
	}
	return options{netip.AddrPortFrom(ip, uint16(*port)), int(*messageBytes)}, nil
}

func run() error {
	options, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(options.address))
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
		connection, err := listener.AcceptTCP()
		if err != nil {
			time.Sleep(acceptPause) // no descriptor left: those that are connected come first
			continue
		}
		go serve(connection, options.messageBytes)
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "@NAME@:", err)
		os.Exit(1)
	}
}
