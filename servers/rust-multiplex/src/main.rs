//! rust-multiplex: a few threads that share many connections, over mio's portable epoll.
//!
//! What is below the asynchronous runtimes, written by hand: one loop and one thread for each CPU
//! that the process may run on. The main thread accepts, and deals the connections out in turn.
//!
//! mio is edge-triggered: it tells once that a socket has become readable. A recv that leaves room
//! in the buffer has emptied it, so a round trip is epoll_wait, recv, send. Where there may be more,
//! the socket is registered anew, and mio tells it again: one busy client does not keep the loop.
//!
//! Needs: Linux, Rust 1.71 (mio's minimum), a C compiler as its linker. There is no fallback.
//! Try:   make && taskset -c 0,1 ./rust-multiplex -p 4000 &
//!        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::{self, IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd;
use std::process::{self, ExitCode};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

const CHALLENGE_BYTES: usize = 4;
const LARGEST_MESSAGE_BYTES: usize = 16 << 20;
const BATCH_BYTES: usize = 4096; // what one read may bring of small messages: a page
const EVENTS_AT_ONCE: usize = 256;
const BACKLOG: libc::c_int = 4096; // the kernel cuts it down to net.core.somaxconn
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const DEALT: Token = Token(usize::MAX); // connections wait in the channel; all others: descriptors
const BOTH_WAYS: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// Turns a message into its reply, in place; false where the challenge is zero. The carry runs left.
fn answer(message: &mut [u8]) -> bool {
    let width = message.len().min(CHALLENGE_BYTES);
    let challenge = &mut message[..width];
    if challenge.iter().all(|byte| *byte == 0) {
        return false;
    }
    for byte in challenge.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    true
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,   // bytes received
    answered: usize, // of these, turned into replies
    sent: usize,     // of these, sent
}

impl Connection {
    fn new(stream: TcpStream, message_bytes: usize) -> Self {
        // Whole messages, and one byte more: a client that waits for its reply never fills it.
        let buffer = vec![0; message_bytes * (BATCH_BYTES / message_bytes).max(1) + 1];
        let (filled, answered, sent) = (0, 0, 0);
        Self {
            stream,
            buffer,
            filled,
            answered,
            sent,
        }
    }

    /// Sends what is answered. WouldBlock where a client does not read: nothing more is read of it.
    fn flush(&mut self) -> io::Result<()> {
        while self.sent < self.answered {
            self.sent += self.stream.write(&self.buffer[self.sent..self.answered])?;
        }
        self.buffer.copy_within(self.answered..self.filled, 0);
        self.filled -= self.answered;
        (self.answered, self.sent) = (0, 0);
        Ok(())
    }

    /// One read and one write for all challenges that are there. True where there may be more.
    fn serve(&mut self, message_bytes: usize) -> io::Result<bool> {
        self.flush()?;
        let received = self.stream.read(&mut self.buffer[self.filled..])?;
        if received == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.filled += received;
        let full = self.filled == self.buffer.len();
        while self.filled - self.answered >= message_bytes {
            if !answer(&mut self.buffer[self.answered..self.answered + message_bytes]) {
                let _ = self.flush();
                process::exit(0);
            }
            self.answered += message_bytes;
        }
        self.flush()?;
        Ok(full)
    }
}

type Places = Vec<Option<Connection>>; // of a thread, numbered by their descriptors

fn add(places: &mut Places, mut connection: Connection, registry: &Registry) -> io::Result<()> {
    let place = connection.stream.as_raw_fd() as usize;
    registry.register(&mut connection.stream, Token(place), BOTH_WAYS)?;
    if places.len() <= place {
        places.resize_with(place + 1, || None);
    }
    places[place] = Some(connection);
    Ok(())
}

fn serve(place: &mut Option<Connection>, event: &Event, registry: &Registry, message_bytes: usize) {
    let Some(connection) = place else { return };
    let goes_on = match connection.serve(message_bytes) {
        // An end that was announced comes after all that was sent: it is read for, too.
        Ok(full) if full || event.is_read_closed() => registry
            .reregister(&mut connection.stream, event.token(), BOTH_WAYS)
            .is_ok(),
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    };
    if !goes_on {
        *place = None; // closes it, which takes it out of the epoll set
    }
}

fn run_loop(mut poll: Poll, dealt: Receiver<net::TcpStream>, message_bytes: usize) {
    let mut events = Events::with_capacity(EVENTS_AT_ONCE);
    let mut places = Places::new();
    loop {
        if poll.poll(&mut events, None).is_err() {
            continue; // interrupted: nothing else can go wrong
        }
        for event in &events {
            if event.token() == DEALT {
                for stream in dealt.try_iter() {
                    let connection = Connection::new(TcpStream::from_std(stream), message_bytes);
                    let _ = add(&mut places, connection, poll.registry()); // or it is closed
                }
            } else {
                let place = &mut places[event.token().0];
                serve(place, event, poll.registry(), message_bytes);
            }
        }
    }
}

/// Starts a loop on a thread of its own; what it is dealt, it serves once it is woken.
fn start(message_bytes: usize) -> io::Result<(Sender<net::TcpStream>, Waker)> {
    let poll = Poll::new()?;
    let waker = Waker::new(poll.registry(), DEALT)?;
    let (deal, dealt) = mpsc::channel();
    thread::Builder::new().spawn(move || run_loop(poll, dealt, message_bytes))?;
    Ok((deal, waker))
}

fn parse_options() -> Result<(SocketAddr, usize), String> {
    let usage = "usage: rust-multiplex -p PORT [-b ADDRESS] [-m BYTES]";
    let mut address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut port: Option<NonZeroU16> = None;
    let mut message_bytes = CHALLENGE_BYTES;
    let mut arguments = env::args_os().skip(1);
    while let Some(flag) = arguments.next() {
        let flag = flag.to_string_lossy();
        let value = arguments.next().unwrap_or_default();
        let value = value.to_string_lossy();
        let parsed = match &*flag {
            "-p" => value.parse().ok().map(|number| port = Some(number)),
            "-b" => value.parse().ok().map(|ip| address = ip),
            "-m" => value.parse().ok().map(|bytes| message_bytes = bytes),
            _ => None,
        };
        if parsed.is_none() || !(1..=LARGEST_MESSAGE_BYTES).contains(&message_bytes) {
            return Err(format!("wrong flag or value: {flag:?} {value:?}; {usage}"));
        }
    }
    match port {
        Some(port) => Ok((SocketAddr::new(address, port.get()), message_bytes)),
        None => Err(usage.to_string()),
    }
}

/// A shell starts its jobs with SIGINT ignored; the usual soft limit is below a thousand sockets.
fn prepare_process() {
    // SAFETY: both signals have a default action, and the limit is a valid struct of this frame.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::signal(libc::SIGTERM, libc::SIG_DFL);
        let mut descriptors: libc::rlimit = mem::zeroed();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut descriptors) == 0 {
            descriptors.rlim_cur = descriptors.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &descriptors);
        }
    }
}

/// The next connection. Without a descriptor to spare, accept would fail again at once: it pauses.
fn accept(listener: &TcpListener) -> net::TcpStream {
    loop {
        let accepted = listener.accept().and_then(|(stream, _)| {
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            Ok(stream)
        });
        match accepted {
            Ok(stream) => return stream,
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
}

fn run() -> Result<(), String> {
    let (address, message_bytes) = parse_options()?;
    prepare_process();
    // bind sets SO_REUSEADDR, and lets 128 connections wait: a second listen changes only that.
    let listener = TcpListener::bind(address)
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    // SAFETY: the descriptor is the listener's, which is open.
    unsafe { libc::listen(listener.as_raw_fd(), BACKLOG) };
    let loops = thread::available_parallelism() // follows sched_getaffinity
        .and_then(|count| {
            (0..count.get())
                .map(|_| start(message_bytes))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(|error| format!("cannot start a loop for each allowed CPU: {error}"))?;
    for (deal, waker) in loops.iter().cycle() {
        let _ = deal.send(accept(&listener));
        let _ = waker.wake();
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rust-multiplex: {message}");
            ExitCode::FAILURE
        }
    }
}
