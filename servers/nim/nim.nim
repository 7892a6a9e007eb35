## nim: async/await on one epoll loop, with asyncdispatch and asyncnet of Nim's standard library.
##
## Every connection is an async procedure, and a single thread runs them all, which is how
## asyncdispatch is meant. A reply is tried with a plain send first: the awaited send waits for a
## writable socket before it writes, which costs two epoll_ctl and an epoll_wait in every round trip
## for a socket that is nearly always writable. It is awaited only where the client does not read;
## then that client waits, and nobody else.
##
## Needs: Nim 1.6 and the C compiler that it uses, Linux.
## Try:   make && ./nim -p 4000 &
##        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
##        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

import std/[asyncdispatch, asyncnet, nativesockets, net, os, posix, strutils]

const
  challengeBytes = 4
  largestMessageBytes = 16 shl 20
  batchBytes = 4096 # what one recv may bring of small messages: a page
  backlog = 4096    # the kernel cuts it down to net.core.somaxconn
  acceptPauseMilliseconds = 50

type Options = object
  port, messageBytes: int
  isUnix: bool # the transport: otherwise tcp
  address: string

proc fail(message: string) {.noreturn.} =
  stderr.writeLine("nim: " & message)
  quit(QuitFailure)

proc number(flag, text: string, limit: int): int =
  if text.len in 1 .. 8 and text.allCharsInSet(Digits):
    result = parseInt(text)
  if result notin 1 .. limit:
    fail(flag & " " & text & " is not a number from 1 to " & $limit)

proc parse(arguments: seq[string]): Options =
  result = Options(messageBytes: challengeBytes)
  for i in countup(0, arguments.high, 2):
    let flag = arguments[i]
    if flag notin ["-p", "-t", "-b", "-m"] or i == arguments.high:
      fail("flag " & flag & " is unknown or lacks its value")
    let value = arguments[i + 1]
    case flag
    of "-p": result.port = number(flag, value, 65535)
    of "-t":
      if value notin ["tcp", "unix"]:
        fail("-t " & value & " is neither tcp nor unix")
      result.isUnix = value == "unix"
    of "-m": result.messageBytes = number(flag, value, largestMessageBytes)
    else: result.address = value
  if result.port == 0:
    fail("usage: nim -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]")
  if result.isUnix and result.address != "":
    fail("-b " & result.address & " is for tcp: leave it out with -t unix")
  if result.address == "":
    result.address = "127.0.0.1"

proc answerAll(bytes: var openArray[byte], messageBytes, whole: int): int =
  ## Turns the messages in the first `whole` bytes into their replies, in place. Returns how many
  ## bytes of them: fewer than there are where a challenge is zero.
  let width = min(challengeBytes, messageBytes)
  while result < whole:
    var challenge = 0'u32
    for i in 0 ..< width:
      challenge = challenge shl 8 or bytes[result + i]
    if challenge == 0:
      return
    inc challenge # unsigned: it wraps
    for i in countdown(width - 1, 0):
      bytes[result + i] = byte(challenge and 0xff)
      challenge = challenge shr 8
    result += messageBytes

proc trySend(socket: AsyncSocket, bytes: pointer, count: int): int =
  ## What the kernel takes at once; an error is left to the send or recv that follows.
  max(0, send(socket.getFd, bytes, count, MSG_NOSIGNAL))

proc serve(socket: AsyncSocket, messageBytes: int) {.async.} =
  # Whole messages fill the buffer exactly, so that a full one never holds a part.
  let capacity =
    if messageBytes < batchBytes: batchBytes - batchBytes mod messageBytes else: messageBytes
  var
    buffer = newSeq[byte](capacity)
    filled = 0
  try:
    while true:
      # One recv and one send for all challenges that are there.
      let received = await socket.recvInto(addr buffer[filled], capacity - filled)
      if received == 0:
        break
      filled += received
      let
        whole = filled - filled mod messageBytes
        answered = buffer.answerAll(messageBytes, whole)
        sent = if answered > 0: socket.trySend(addr buffer[0], answered) else: 0
      if answered < whole:
        quit(QuitSuccess)
      if sent < answered:
        await socket.send(addr buffer[sent], answered - sent)
      filled -= whole
      if filled > 0 and whole > 0:
        moveMem(addr buffer[0], addr buffer[whole], filled)
  except OSError:
    discard # reset by the client: nobody else's business
  finally:
    socket.close()

proc isOwnUser(socket: AsyncSocket): bool =
  ## Anybody on this machine may connect to an abstract name; other users are not served.
  const SO_PEERCRED = 17.cint # of Linux; answers with a struct ucred
  var
    peer: tuple[pid: Pid, uid: Uid, gid: Gid]
    size = sizeof(peer).SockLen
  getsockopt(socket.getFd, SOL_SOCKET, SO_PEERCRED, addr peer, addr size) == 0 and
    peer.uid == geteuid()

proc acceptAll(listener: AsyncSocket, isUnix: bool, messageBytes: int) {.async.} =
  while true:
    try:
      let connection = await listener.accept()
      if isUnix and not connection.isOwnUser:
        connection.close()
      else:
        asyncCheck serve(connection, messageBytes)
    except CatchableError:
      # No descriptor is left, says the kernel (OSError), or the selector, which does without the
      # last one (IOSelectorsException). Those that exist come first; nothing watches meanwhile.
      await sleepAsync(acceptPauseMilliseconds)

proc listenOnUnix(port: int): AsyncSocket =
  ## By hand: bindUnix counts a zero byte at the end, and an abstract name has none there. The zero
  ## byte in front marks it; it stands in no file system.
  let name = "volley/unix/" & $port
  try:
    result = newAsyncSocket(Domain.AF_UNIX, protocol = Protocol.IPPROTO_IP, buffered = false)
    var address = Sockaddr_un(sun_family: posix.AF_UNIX.TSa_Family)
    copyMem(addr address.sun_path[1], unsafeAddr name[0], name.len)
    let size = offsetOf(Sockaddr_un, sun_path) + 1 + name.len
    if bindSocket(result.getFd, cast[ptr SockAddr](addr address), size.SockLen) != 0:
      raiseOSError(osLastError())
    result.listen(backlog)
  except OSError as error:
    let reason = osErrorMsg(error.errorCode.OSErrorCode)
    fail("cannot listen on the abstract Unix socket " & name & ": " & reason)

proc listenOnTcp(options: Options): AsyncSocket =
  if not isIpAddress(options.address):
    fail("-b " & options.address & " is no IPv4 or IPv6 address")
  let domain =
    if parseIpAddress(options.address).family == IpAddressFamily.IPv6: Domain.AF_INET6
    else: Domain.AF_INET
  try:
    result = newAsyncSocket(domain, buffered = false)
    result.setSockOpt(OptReuseAddr, true)
    # No reply waits for an acknowledgement; accepted connections inherit it on Linux.
    result.setSockOpt(OptNoDelay, true, level = posix.IPPROTO_TCP)
    result.bindAddr(Port(options.port), options.address)
    result.listen(backlog)
  except OSError as error:
    let reason = osErrorMsg(error.errorCode.OSErrorCode)
    fail("cannot listen on " & options.address & " port " & $options.port & ": " & reason)

proc main() =
  let options = parse(commandLineParams())

  # The default action ends the process at once. Set, because a shell starts its background jobs
  # with SIGINT ignored, and Nim has a handler of its own.
  signal(SIGINT, SIG_DFL)
  signal(SIGTERM, SIG_DFL)

  # A thousand connections need more descriptors than the usual soft limit. Raised before the
  # dispatcher exists: it takes none above the limit that it has seen.
  var descriptors: RLimit
  discard getrlimit(RLIMIT_NOFILE, descriptors)
  descriptors.rlim_cur = descriptors.rlim_max
  discard setrlimit(RLIMIT_NOFILE, descriptors)

  let listener = if options.isUnix: listenOnUnix(options.port) else: listenOnTcp(options)
  waitFor acceptAll(listener, options.isUnix, options.messageBytes)

main()
