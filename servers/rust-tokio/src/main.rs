//! rust-tokio: Tokio's multi-thread runtime, a task for each connection.
//!
//! The way most network services in Rust are written: a worker thread for each CPU that the process
//! may run on, one epoll set for all of them, and tasks that an idle worker steals from a busy one.
//! So a connection has no thread of its own, and may be read by one thread and written by the next.
//! `rust-tokio-local` is the same without stealing.
//!
//! A challenge costs one recv and one send: Tokio tries the send at once, and takes a recv that
//! leaves room in the buffer for the sign that the socket is empty.
//!
//! Needs: Linux, Rust 1.85 (Tokio's minimum), a C compiler as its linker. There is no fallback.
//! Try:   make && taskset -c 0,1 ./rust-tokio -p 4000 &
//!        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//!        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

use std::env;
use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix;
use std::process::{self, ExitCode};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};
use tokio::runtime::Runtime;

const CHALLENGE_BYTES: usize = 4;
const LARGEST_MESSAGE_BYTES: usize = 16 << 20;
const BATCH_BYTES: usize = 4096; // what one read may bring of small messages: a page
const BACKLOG: u32 = 4096; // the kernel cuts it down to net.core.somaxconn
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

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
trait Connection: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Before the first challenge. An error closes the connection.
    fn prepare(&self) -> io::Result<()>;
    fn write_at_once(&self, bytes: &[u8]) -> io::Result<usize>;
}

impl Connection for TcpStream {
    /// No reply waits for an acknowledgement.
    fn prepare(&self) -> io::Result<()> {
        self.set_nodelay(true)
    }
    fn write_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_write(bytes)
    }
}

impl Connection for UnixStream {
    /// Anybody on this machine may connect to an abstract name: other users are not served.
    fn prepare(&self) -> io::Result<()> {
        // SAFETY: it has no requirements, and cannot fail.
        let own_user = unsafe { libc::geteuid() };
        match self.peer_cred()?.uid() == own_user {
            true => Ok(()),
            false => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }
    fn write_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_write(bytes)
    }
}

/// One read and one write for all challenges that are there, until the connection ends.
async fn serve(mut stream: impl Connection, message_bytes: usize) -> io::Result<()> {
    stream.prepare()?;
    // Whole messages, so that little has to be moved, and one byte more: a client that waits for
    // its reply never fills the buffer, and Tokio never looks for more than there is.
    let mut buffer = vec![0; message_bytes * (BATCH_BYTES / message_bytes).max(1) + 1];
    let mut filled = 0;
    loop {
        let received = stream.read(&mut buffer[filled..]).await?;
        if received == 0 {
            return Ok(());
        }
        filled += received;
        let mut answered = 0;
        while filled - answered >= message_bytes {
            if !answer(&mut buffer[answered..answered + message_bytes]) {
                let _ = stream.write_at_once(&buffer[..answered]);
                process::exit(0);
            }
            answered += message_bytes;
        }
        if answered > 0 {
            stream.write_all(&buffer[..answered]).await?;
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
    let usage = "usage: rust-tokio -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]";
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
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::signal(libc::SIGTERM, libc::SIG_DFL);
        let mut descriptors: libc::rlimit = mem::zeroed();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut descriptors) == 0 {
            descriptors.rlim_cur = descriptors.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &descriptors);
        }
    }
}

fn listen_on_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// An abstract name, which stands in no file system.
fn listen_on_unix(name: &str) -> io::Result<UnixListener> {
    let address = unix::net::SocketAddr::from_abstract_name(name)?;
    let listener = unix::net::UnixListener::bind_addr(&address)?;
    listener.set_nonblocking(true)?;
    // bind lets 128 connections wait: a second listen changes only that.
    // SAFETY: the descriptor is the listener's, which is open.
    unsafe { libc::listen(listener.as_raw_fd(), BACKLOG as libc::c_int) };
    UnixListener::from_std(listener)
}

async fn accept_all<C: Connection>(accept: impl AsyncFn() -> io::Result<C>, message_bytes: usize) {
    loop {
        match accept().await {
            Ok(stream) => drop(tokio::spawn(serve(stream, message_bytes))),
            // Without a descriptor to spare, accept would fail again at once.
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn listen(endpoint: Endpoint, message_bytes: usize) -> Result<(), String> {
    match endpoint {
        Endpoint::Tcp(address) => {
            let listener = listen_on_tcp(address)
                .map_err(|error| format!("cannot listen on {address}: {error}"))?;
            accept_all(async || Ok(listener.accept().await?.0), message_bytes).await;
        }
        Endpoint::Unix(port) => {
            let name = format!("volley/unix/{port}");
            let listener = listen_on_unix(&name).map_err(|error| {
                format!("cannot listen on the abstract Unix socket {name}: {error}")
            })?;
            accept_all(async || Ok(listener.accept().await?.0), message_bytes).await;
        }
    }
    Ok(())
}

fn run() -> Result<(), String> {
    let (endpoint, message_bytes) = parse_options()?;
    prepare_process();
    // As #[tokio::main] does it, without a macro crate: a worker for each allowed CPU.
    let runtime = Runtime::new().map_err(|error| format!("cannot start Tokio: {error}"))?;
    runtime.block_on(listen(endpoint, message_bytes))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rust-tokio: {message}");
            ExitCode::FAILURE
        }
    }
}
