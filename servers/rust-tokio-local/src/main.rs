//! rust-tokio-local: a single-threaded Tokio runtime for each CPU that the process may run on.
//!
//! Each runtime has a thread, pinned to its CPU, and an epoll set of its own, and a connection
//! stays where it was dealt to: no task is stolen, no lock or cache line is shared, and no reply
//! waits for another thread to wake up. What that is worth shows beside `rust-tokio`; its price is
//! that a busy runtime gets no help from an idle one.
//!
//! SO_REUSEPORT would let each runtime accept for itself, but the kernel chooses by a hash of the
//! addresses, and few connections are often spread badly. So the main thread accepts, blocking,
//! and deals the connections out in turn: the runtimes never differ by more than one. It also
//! keeps the port for one process.
//!
//! Needs: Linux, Rust 1.85 (Tokio's minimum), a C compiler as its linker. There is no fallback.
//! Try:   make && taskset -c 0,1 ./rust-tokio-local -p 4000 &
//!        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
//!        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

use std::env;
use std::io;
use std::mem;
use std::net::{self, IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix;
use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

const CHALLENGE_BYTES: usize = 4;
const LARGEST_MESSAGE_BYTES: usize = 16 << 20;
const BATCH_BYTES: usize = 4096; // what one read may bring of small messages: a page
const BACKLOG: libc::c_int = 4096; // the kernel cuts it down to net.core.somaxconn
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

/// A connection of either transport, as it is accepted.
trait Connection: Send + Sized + 'static {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send;
    /// Before the first challenge. An error closes the connection.
    fn prepare(&self) -> io::Result<()>;
    /// In the runtime that serves it.
    fn into_stream(self) -> io::Result<Self::Stream>;
    fn write_at_once(stream: &Self::Stream, bytes: &[u8]) -> io::Result<usize>;
}

impl Connection for net::TcpStream {
    type Stream = TcpStream;
    /// No reply waits for an acknowledgement, and no runtime for a client.
    fn prepare(&self) -> io::Result<()> {
        self.set_nodelay(true)?;
        self.set_nonblocking(true)
    }
    fn into_stream(self) -> io::Result<TcpStream> {
        TcpStream::from_std(self)
    }
    fn write_at_once(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        stream.try_write(bytes)
    }
}

impl Connection for unix::net::UnixStream {
    type Stream = UnixStream;
    fn prepare(&self) -> io::Result<()> {
        self.set_nonblocking(true)
    }
    /// Anybody on this machine may connect to an abstract name: other users are not served.
    fn into_stream(self) -> io::Result<UnixStream> {
        let stream = UnixStream::from_std(self)?;
        // SAFETY: it has no requirements, and cannot fail.
        let own_user = unsafe { libc::geteuid() };
        match stream.peer_cred()?.uid() == own_user {
            true => Ok(stream),
            false => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }
    fn write_at_once(stream: &UnixStream, bytes: &[u8]) -> io::Result<usize> {
        stream.try_write(bytes)
    }
}

/// One read and one write for all challenges that are there, until the connection ends.
async fn serve<C: Connection>(mut stream: C::Stream, message_bytes: usize) -> io::Result<()> {
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
                let _ = C::write_at_once(&stream, &buffer[..answered]);
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

/// A task for each connection that this runtime is dealt. A stream that it cannot take is closed.
async fn serve_all<C: Connection>(mut dealt: UnboundedReceiver<C>, message_bytes: usize) {
    while let Some(connection) = dealt.recv().await {
        if let Ok(stream) = connection.into_stream() {
            tokio::spawn(serve::<C>(stream, message_bytes));
        }
    }
}

/// Where to listen: each transport has its kind of address.
enum Endpoint {
    Tcp(SocketAddr),
    Unix(u16),
}

fn parse_options() -> Result<(Endpoint, usize), String> {
    let usage = "usage: rust-tokio-local -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]";
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

/// The CPUs that the process may run on.
fn allowed_cpus() -> io::Result<Vec<usize>> {
    // SAFETY: an all-zero set is an empty one; the kernel writes no further than its size.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        if libc::sched_getaffinity(0, size_of_val(&set), &mut set) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok((0..libc::CPU_SETSIZE as usize)
            .filter(|&cpu| libc::CPU_ISSET(cpu, &set))
            .collect())
    }
}

/// Pins the calling thread to a CPU. Where that fails it runs, unpinned.
fn pin(cpu: usize) {
    // SAFETY: an all-zero set is an empty one, and the CPU is below CPU_SETSIZE.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        libc::sched_setaffinity(0, size_of_val(&set), &set);
    }
}

fn listen_on_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    // bind sets SO_REUSEADDR, and lets 128 connections wait: a second listen changes only that.
    let listener = TcpListener::bind(address)?;
    // SAFETY: the descriptor is the listener's, which is open.
    unsafe { libc::listen(listener.as_raw_fd(), BACKLOG) };
    Ok(listener)
}

/// An abstract name, which stands in no file system.
fn listen_on_unix(name: &str) -> io::Result<unix::net::UnixListener> {
    let address = unix::net::SocketAddr::from_abstract_name(name)?;
    let listener = unix::net::UnixListener::bind_addr(&address)?;
    // SAFETY: the descriptor is the listener's, which is open.
    unsafe { libc::listen(listener.as_raw_fd(), BACKLOG) };
    Ok(listener)
}

/// The next connection. Without a descriptor to spare, accept would fail again at once: it pauses.
fn next<C: Connection>(accept: &impl Fn() -> io::Result<C>) -> C {
    loop {
        match accept().and_then(|connection| connection.prepare().map(|()| connection)) {
            Ok(connection) => return connection,
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
}

/// Starts a runtime on a thread of its own; what is sent to the result, it serves.
fn start<C: Connection>(cpu: usize, message_bytes: usize) -> io::Result<UnboundedSender<C>> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let (deal, dealt) = mpsc::unbounded_channel();
    thread::Builder::new().spawn(move || {
        pin(cpu);
        runtime.block_on(serve_all(dealt, message_bytes));
    })?;
    Ok(deal)
}

fn deal_out<C: Connection>(
    accept: impl Fn() -> io::Result<C>,
    message_bytes: usize,
) -> Result<(), String> {
    let runtimes = allowed_cpus()
        .and_then(|cpus| {
            cpus.into_iter()
                .map(|cpu| start(cpu, message_bytes))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(|error| format!("cannot start a runtime for each allowed CPU: {error}"))?;
    for deal in runtimes.iter().cycle() {
        let _ = deal.send(next(&accept));
    }
    Ok(())
}

fn run() -> Result<(), String> {
    let (endpoint, message_bytes) = parse_options()?;
    prepare_process();
    match endpoint {
        Endpoint::Tcp(address) => {
            let listener = listen_on_tcp(address)
                .map_err(|error| format!("cannot listen on {address}: {error}"))?;
            deal_out(|| Ok(listener.accept()?.0), message_bytes)
        }
        Endpoint::Unix(port) => {
            let name = format!("volley/unix/{port}");
            let listener = listen_on_unix(&name).map_err(|error| {
                format!("cannot listen on the abstract Unix socket {name}: {error}")
            })?;
            deal_out(|| Ok(listener.accept()?.0), message_bytes)
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rust-tokio-local: {message}");
            ExitCode::FAILURE
        }
    }
}
