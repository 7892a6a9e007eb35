//! rust: blocking sockets, one thread for each connection, with nothing but the standard library.
//!
//! The kernel's scheduler is the event loop: a round trip is one read and one write, and a thread
//! that waits costs no CPU. It costs memory and a context switch, so this is not the technique for
//! a hundred thousand connections.
//!
//! Without a crate there is nothing to download. Three calls that std does not offer are declared
//! by hand below: std is linked to the C library anyway.
//!
//! Needs: Linux, Rust 1.63, a C compiler as its linker. There is no fallback.
//! Try:   make && ./rust -p 4000 &
//!        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

use std::env;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::os::raw::{c_int, c_ulong};
use std::os::unix::io::AsRawFd;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const CHALLENGE_BYTES: usize = 4;
const LARGEST_MESSAGE_BYTES: usize = 16 << 20;
const BATCH_BYTES: usize = 4096; // what one read may bring of small messages: a page
const BACKLOG: c_int = 4096; // the kernel cuts it down to net.core.somaxconn
const STACK_BYTES: usize = 64 << 10; // instead of 2 MiB: ten thousand threads are affordable
const MOST_THREADS: usize = 12_000; // of up to 5 mappings each; vm.max_map_count is 65530
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The C library, on 64-bit Linux and on the 32-bit architectures that are still in use.
mod c {
    use super::{c_int, c_ulong};

    pub const SIGINT: c_int = 2;
    pub const SIGTERM: c_int = 15;
    pub const SIG_DFL: usize = 0;
    pub const RLIMIT_NOFILE: c_int = 7;

    #[repr(C)]
    pub struct Rlimit {
        pub soft: c_ulong,
        pub hard: c_ulong,
    }

    extern "C" {
        pub fn signal(signal: c_int, handler: usize) -> usize;
        pub fn getrlimit(resource: c_int, limit: *mut Rlimit) -> c_int;
        pub fn setrlimit(resource: c_int, limit: *const Rlimit) -> c_int;
        pub fn listen(socket: c_int, backlog: c_int) -> c_int;
    }
}

/// Turns a message into its reply, in place; false where the challenge is zero. The last byte is
/// the lowest: the carry runs to the left until a byte does not wrap.
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

/// One read and one write for all challenges that are there, until the connection ends. The stream
/// is closed when it goes out of scope, here or where its thread could not be started.
fn serve(mut stream: TcpStream, message_bytes: usize) -> io::Result<()> {
    // No reply waits for an acknowledgement.
    stream.set_nodelay(true)?;
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    let mut buffer = vec![0; message_bytes * (BATCH_BYTES / message_bytes).max(1)];
    let mut filled = 0;
    loop {
        let received = stream.read(&mut buffer[filled..])?;
        if received == 0 {
            return Ok(());
        }
        filled += received;
        let mut answered = 0;
        while filled - answered >= message_bytes {
            if !answer(&mut buffer[answered..answered + message_bytes]) {
                // Earlier replies go first, but a client that does not read them holds up nothing.
                let _ = stream.set_nonblocking(true);
                let _ = stream.write_all(&buffer[..answered]);
                process::exit(0);
            }
            answered += message_bytes;
        }
        if answered > 0 {
            stream.write_all(&buffer[..answered])?; // a lost client is an error here, no signal
            buffer.copy_within(answered..filled, 0);
            filled -= answered;
        }
    }
}

fn parse_options() -> Result<(SocketAddr, usize), String> {
    let usage = "usage: rust -p PORT [-b ADDRESS] [-m BYTES]";
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

/// The default actions end all threads at once; a shell starts its jobs with SIGINT ignored. And
/// the usual soft limit of descriptors is below a thousand connections.
fn prepare_process() {
    // SAFETY: both signals have a default action, and the limit is a valid struct of this frame.
    unsafe {
        c::signal(c::SIGINT, c::SIG_DFL);
        c::signal(c::SIGTERM, c::SIG_DFL);
        let mut descriptors = c::Rlimit { soft: 0, hard: 0 };
        if c::getrlimit(c::RLIMIT_NOFILE, &mut descriptors) == 0 {
            descriptors.soft = descriptors.hard;
            c::setrlimit(c::RLIMIT_NOFILE, &descriptors);
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
    unsafe { c::listen(listener.as_raw_fd(), BACKLOG) };
    let alive = Arc::new(()); // each thread holds a clone: they count the threads
    loop {
        match listener.accept() {
            // Too many: std aborts where a thread starts and finds no room for its signal stack.
            Ok(_) if Arc::strong_count(&alive) > MOST_THREADS => {}
            Ok((stream, _)) => {
                let one_more = Arc::clone(&alive);
                let thread = thread::Builder::new().stack_size(STACK_BYTES);
                // Where it cannot start, the connection is closed with the closure that owns it.
                let _ = thread.spawn(move || (serve(stream, message_bytes), one_more));
            }
            // Without a descriptor to spare, accept would fail again at once.
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rust: {message}");
            ExitCode::FAILURE
        }
    }
}
