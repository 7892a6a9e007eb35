//! rust: blocking sockets, one thread for each connection, with nothing but the standard library.
//!
//! The kernel's scheduler is the event loop: a round trip is one read and one write, and a thread
//! that waits costs no CPU. It costs memory and a context switch, so this is not the technique for
//! a hundred thousand connections.
//!
//! Without a crate there is nothing to download. The calls that std does not offer are declared by
//! hand below: std is linked to the C library anyway.
//!
//! Needs: Linux, Rust 1.63, a C compiler as its linker. There is no fallback.
//! Try:   make && ./rust -p 4000 &
//!        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//!        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

use std::env;
use std::io::{self, Read, Write};
use std::mem;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU16;
use std::os::raw::{c_int, c_uint, c_ulong};
use std::os::unix::io::{AsRawFd, FromRawFd};
use std::os::unix::net::{UnixListener, UnixStream};
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
    use super::{c_int, c_uint, c_ulong};

    pub const SIGINT: c_int = 2;
    pub const SIGTERM: c_int = 15;
    pub const SIG_DFL: usize = 0;
    pub const RLIMIT_NOFILE: c_int = 7;
    pub const AF_UNIX: c_int = 1;
    pub const SOCK_STREAM: c_int = 1;
    pub const SOCK_CLOEXEC: c_int = 0o2000000;
    pub const SOL_SOCKET: c_int = 1;
    pub const SO_PEERCRED: c_int = 17;

    #[repr(C)]
    pub struct Rlimit {
        pub soft: c_ulong,
        pub hard: c_ulong,
    }

    #[repr(C)]
    pub struct SockaddrUn {
        pub family: u16,
        pub path: [u8; 108],
    }

    #[repr(C)]
    pub struct Ucred {
        pub pid: c_int,
        pub uid: c_uint,
        pub gid: c_uint,
    }

    extern "C" {
        pub fn signal(signal: c_int, handler: usize) -> usize;
        pub fn getrlimit(resource: c_int, limit: *mut Rlimit) -> c_int;
        pub fn setrlimit(resource: c_int, limit: *const Rlimit) -> c_int;
        pub fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
        pub fn bind(socket: c_int, address: *const SockaddrUn, bytes: c_uint) -> c_int;
        pub fn listen(socket: c_int, backlog: c_int) -> c_int;
        pub fn getsockopt(
            socket: c_int,
            level: c_int,
            option: c_int,
            value: *mut Ucred,
            bytes: *mut c_uint,
        ) -> c_int;
        pub fn geteuid() -> c_uint;
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

/// A connection of either transport.
trait Connection: Read + Write + Send + 'static {
    /// Before the first challenge. An error closes the connection.
    fn prepare(&self) -> io::Result<()>;
    fn stop_blocking(&self) -> io::Result<()>;
}

impl Connection for TcpStream {
    /// No reply waits for an acknowledgement.
    fn prepare(&self) -> io::Result<()> {
        self.set_nodelay(true)
    }
    fn stop_blocking(&self) -> io::Result<()> {
        self.set_nonblocking(true)
    }
}

impl Connection for UnixStream {
    /// Anybody on this machine may connect to an abstract name: other users are not served.
    fn prepare(&self) -> io::Result<()> {
        let (pid, uid, gid) = (0, c_uint::MAX, 0);
        let mut peer = c::Ucred { pid, uid, gid };
        let mut bytes = mem::size_of::<c::Ucred>() as c_uint;
        let (fd, level, option) = (self.as_raw_fd(), c::SOL_SOCKET, c::SO_PEERCRED);
        // SAFETY: the descriptor is open, and both pointers are to variables of this frame.
        let is_own_user = unsafe {
            c::getsockopt(fd, level, option, &mut peer, &mut bytes) == 0 && peer.uid == c::geteuid()
        };
        is_own_user
            .then(|| ())
            .ok_or_else(|| io::ErrorKind::PermissionDenied.into())
    }
    fn stop_blocking(&self) -> io::Result<()> {
        self.set_nonblocking(true)
    }
}

/// One read and one write for all challenges that are there, until the connection ends. The stream
/// is closed when it goes out of scope, here or where its thread could not be started.
fn serve(mut stream: impl Connection, message_bytes: usize) -> io::Result<()> {
    stream.prepare()?;
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
                let _ = stream.stop_blocking();
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

/// Where to listen: each transport has its kind of address.
enum Endpoint {
    Tcp(SocketAddr),
    Unix(u16),
}

fn parse_options() -> Result<(Endpoint, usize), String> {
    let usage = "usage: rust -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]";
    let mut address: Option<IpAddr> = None;
    let mut is_unix = false;
    let mut port: Option<NonZeroU16> = None;
    let mut message_bytes = CHALLENGE_BYTES;
    let mut arguments = env::args_os().skip(1);
    while let Some(flag) = arguments.next() {
        let flag = flag.to_string_lossy();
        let value = arguments.next().unwrap_or_default();
        let value = value.to_string_lossy();
        let parsed = match &*flag {
            "-p" => value.parse().ok().map(|number| port = Some(number)),
            "-t" if ["tcp", "unix"].contains(&&*value) => Some(is_unix = value == "unix"),
            "-b" => value.parse().ok().map(|ip| address = Some(ip)),
            "-m" => value.parse().ok().map(|bytes| message_bytes = bytes),
            _ => None,
        };
        if parsed.is_none() || !(1..=LARGEST_MESSAGE_BYTES).contains(&message_bytes) {
            return Err(format!("wrong flag or value: {flag:?} {value:?}; {usage}"));
        }
    }
    let port = port.ok_or(usage)?.get();
    let endpoint = match (is_unix, address) {
        (false, Some(ip)) => Endpoint::Tcp(SocketAddr::new(ip, port)),
        (false, None) => Endpoint::Tcp(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)),
        (true, None) => Endpoint::Unix(port),
        (true, Some(ip)) => return Err(format!("-b {ip} is for tcp: leave it out with -t unix")),
    };
    Ok((endpoint, message_bytes))
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

fn listen_on_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    // bind sets SO_REUSEADDR, and lets 128 connections wait: a second listen changes only that.
    let listener = TcpListener::bind(address)?;
    // SAFETY: the descriptor is the listener's, which is open.
    unsafe { c::listen(listener.as_raw_fd(), BACKLOG) };
    Ok(listener)
}

/// The zero byte marks an abstract name, which stands in no file system. By hand, because std makes
/// addresses of such names only from Rust 1.70 on.
fn listen_on_unix(name: &str) -> io::Result<UnixListener> {
    let (family, path) = (c::AF_UNIX as u16, [0; 108]);
    let mut address = c::SockaddrUn { family, path };
    address.path[1..=name.len()].copy_from_slice(name.as_bytes());
    let bytes = (mem::size_of::<u16>() + 1 + name.len()) as c_uint;
    // SAFETY: the address is a valid struct of this frame, of which `bytes` are a part, and nothing
    // else closes the socket that becomes the listener's.
    unsafe {
        let socket = c::socket(c::AF_UNIX, c::SOCK_STREAM | c::SOCK_CLOEXEC, 0);
        if socket < 0 || c::bind(socket, &address, bytes) != 0 || c::listen(socket, BACKLOG) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(UnixListener::from_raw_fd(socket))
    }
}

fn accept_all<C: Connection>(accept: impl Fn() -> io::Result<C>, message_bytes: usize) -> ! {
    let alive = Arc::new(()); // each thread holds a clone: they count the threads
    loop {
        match accept() {
            // Too many: std aborts where a thread starts and finds no room for its signal stack.
            Ok(_) if Arc::strong_count(&alive) > MOST_THREADS => {}
            Ok(stream) => {
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

fn run() -> Result<(), String> {
    let (endpoint, message_bytes) = parse_options()?;
    prepare_process();
    match endpoint {
        Endpoint::Tcp(address) => {
            let listener = listen_on_tcp(address)
                .map_err(|error| format!("cannot listen on {address}: {error}"))?;
            accept_all(|| Ok(listener.accept()?.0), message_bytes)
        }
        Endpoint::Unix(port) => {
            let name = format!("volley/unix/{port}");
            let listener = listen_on_unix(&name).map_err(|error| {
                format!("cannot listen on the abstract Unix socket {name}: {error}")
            })?;
            accept_all(|| Ok(listener.accept()?.0), message_bytes)
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
