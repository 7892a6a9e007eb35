//! rust-uring: io_uring under Compio, a completion-based runtime for each allowed CPU.
//!
//! Instead of asking which socket is ready and then calling recv, a task hands its buffer to the
//! kernel and is resumed when it has been filled: all that is to be sent and received goes into a
//! ring, and one system call, io_uring_enter, submits it and waits for what is complete. So with
//! many busy connections a challenge costs a fraction of a system call. With one it costs two,
//! one fewer than with epoll: a task sends, and only then asks for the next challenge.
//!
//! Each runtime has a thread, pinned to its CPU, and a ring of its own. The main thread accepts,
//! blocking, and deals the connections out in turn: the runtimes never differ by more than one.
//!
//! Why Compio: of the runtimes for io_uring it is the one that is kept alive, with a release every
//! few months. tokio-uring (which has lost its maintainers), monoio and glommio have had none since
//! 2024. The price is a compiler as young as its code.
//!
//! Needs: Linux 6.1 (IORING_SETUP_DEFER_TASKRUN), Rust 1.95 (Compio's minimum), a C compiler as its
//! linker. There is no fallback to epoll, because the figures would be those of something else:
//! where io_uring is forbidden (kernel.io_uring_disabled, a container's seccomp filter), it says
//! "skipped" and ends with status 77.
//! Try:   make && taskset -c 0,1 ./rust-uring -p 4000 &
//!        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

use compio::BufResult;
use compio::buf::{IntoInner, IoBuf};
use compio::driver::ProactorBuilder;
use compio::io::{AsyncRead, AsyncWriteExt};
use compio::net::TcpStream;
use compio::runtime::{self, Runtime, RuntimeBuilder};
use flume::{Receiver, Sender};
use std::env;
use std::io;
use std::mem;
use std::net::{self, IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd;
use std::process::{self, ExitCode};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const CHALLENGE_BYTES: usize = 4;
const LARGEST_MESSAGE_BYTES: usize = 16 << 20;
const BATCH_BYTES: usize = 4096; // what one read may bring of small messages: a page
const BACKLOG: libc::c_int = 4096; // the kernel cuts it down to net.core.somaxconn
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const SKIPPED: i32 = 77; // the status that says: not failed, but not possible here

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

/// One read and one write for all challenges that are there, until the connection ends. While the
/// kernel has the buffer, nobody else does: it goes into each operation and comes out again.
async fn serve(mut stream: TcpStream, message_bytes: usize) -> io::Result<()> {
    // Whole messages fill the buffer exactly, so that a full one never holds a part.
    let mut buffer = vec![0; message_bytes * (BATCH_BYTES / message_bytes).max(1)];
    let mut filled = 0;
    loop {
        let BufResult(received, slice) = stream.read(buffer.slice(filled..)).await;
        let received = received?;
        if received == 0 {
            return Ok(());
        }
        buffer = slice.into_inner();
        filled += received;
        let mut answered = 0;
        while filled - answered >= message_bytes {
            if !answer(&mut buffer[answered..answered + message_bytes]) {
                send_at_once(&stream, &buffer[..answered]);
                process::exit(0);
            }
            answered += message_bytes;
        }
        if answered > 0 {
            let BufResult(sent, slice) = stream.write_all(buffer.slice(..answered)).await;
            sent?;
            buffer = slice.into_inner();
            buffer.copy_within(answered..filled, 0);
            filled -= answered;
        }
    }
}

/// The last replies go past the ring: a client that does not read them holds up nothing.
fn send_at_once(stream: &TcpStream, bytes: &[u8]) {
    let (socket, first) = (stream.as_raw_fd(), bytes.as_ptr().cast());
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: the descriptor is the stream's, which is open, and the bytes are a valid slice.
    unsafe { libc::send(socket, first, bytes.len(), flags) };
}

/// A task for each connection that this runtime is dealt. A stream that it cannot take is closed.
async fn serve_all(dealt: Receiver<net::TcpStream>, message_bytes: usize) {
    while let Ok(stream) = dealt.recv_async().await {
        if let Ok(stream) = TcpStream::from_std(stream) {
            runtime::spawn(serve(stream, message_bytes)).detach();
        }
    }
}

fn parse_options() -> Result<(SocketAddr, usize), String> {
    let usage = "usage: rust-uring -p PORT [-b ADDRESS] [-m BYTES]";
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

/// The next connection: no reply of it waits for an acknowledgement. Without a descriptor to spare,
/// accept would fail again at once, and it pauses.
fn accept(listener: &TcpListener) -> net::TcpStream {
    loop {
        let accepted = listener.accept().and_then(|(stream, _)| {
            stream.set_nodelay(true)?;
            Ok(stream)
        });
        match accepted {
            Ok(stream) => return stream,
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
}

/// Only this thread uses the ring, and completions are worked off when it asks for them, not in
/// interrupts of what it is doing.
fn new_runtime(cpu: usize) -> io::Result<Runtime> {
    let mut proactor = ProactorBuilder::new();
    proactor.single_issuer(true).defer_taskrun(true);
    RuntimeBuilder::new()
        .with_proactor(proactor)
        .thread_affinity([cpu].into())
        .build()
}

/// Starts a runtime on a thread of its own, where it has to be made; what is sent to the result,
/// it serves.
fn start(cpu: usize, message_bytes: usize) -> io::Result<Sender<net::TcpStream>> {
    let (deal, dealt) = flume::unbounded();
    let (tell, told) = mpsc::channel();
    thread::Builder::new().spawn(move || match new_runtime(cpu) {
        Ok(runtime) => {
            let _ = tell.send(Ok(deal));
            runtime.block_on(serve_all(dealt, message_bytes));
        }
        Err(error) => drop(tell.send(Err(error))),
    })?;
    told.recv()
        .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

fn run() -> Result<(), String> {
    let (address, message_bytes) = parse_options()?;
    prepare_process();
    // bind sets SO_REUSEADDR, and lets 128 connections wait: a second listen changes only that.
    let listener = TcpListener::bind(address)
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    // SAFETY: the descriptor is the listener's, which is open.
    unsafe { libc::listen(listener.as_raw_fd(), BACKLOG) };
    let runtimes = allowed_cpus().and_then(|cpus| {
        let runtimes = cpus.into_iter().map(|cpu| start(cpu, message_bytes));
        runtimes.collect::<io::Result<Vec<_>>>()
    });
    let runtimes = runtimes.map_err(|error| match error.raw_os_error() {
        Some(libc::EPERM | libc::EACCES | libc::ENOSYS | libc::EINVAL) => {
            eprintln!("rust-uring: skipped: the kernel refuses io_uring here: {error}");
            process::exit(SKIPPED)
        }
        _ => format!("cannot start a runtime for each allowed CPU: {error}"),
    })?;
    for deal in runtimes.iter().cycle() {
        let _ = deal.send(accept(&listener));
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rust-uring: {message}");
            ExitCode::FAILURE
        }
    }
}
