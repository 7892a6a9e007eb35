(* ocaml: blocking sockets, a system thread for each connection, in OCaml.

   The Unix and Thread modules of the standard distribution and nothing else. Of all threads one
   at a time runs OCaml code (the master lock, which OCaml 5 has for the threads of a domain); one
   that is in a system call has given the lock away, so that reading and writing are parallel and
   counting is not. Unix.select was the other choice: it is limited to
   1024 descriptors, and looks at all of them for every message.

   The soft limit of descriptors is raised by a few lines of C in descriptors.c, because the Unix
   module has no setrlimit; nor has it SO_PEERCRED, which tells who has connected.

   Needs: OCaml 4.13 or newer with ocamlfind (Debian: ocaml-nox, ocaml-findlib), a C compiler.
   Try:   make && ./ocaml -p 4000 &
          printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
          With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc. *)

external raise_descriptor_limit : unit -> unit = "raise_descriptor_limit"
external is_own_user : Unix.file_descr -> bool = "is_own_user"

let challenge_bytes = 4
let largest_message_bytes = 1 lsl 24
let batch_bytes = 4096 (* what one read may bring of small messages: a page *)
let accept_pause_seconds = 0.05

type options = {
  port : int option;
  is_unix : bool; (* the transport: otherwise tcp *)
  address : string option;
  message_bytes : int;
}

let fail format =
  Printf.ksprintf
    (fun message ->
       prerr_endline ("ocaml: " ^ message);
       exit 1)
    format

let number flag text limit =
  let is_digit = function '0' .. '9' -> true | _ -> false in
  match int_of_string_opt text with
  | Some n when String.for_all is_digit text && n >= 1 && n <= limit -> n
  | _ -> fail "%s %s is not a number from 1 to %d" flag text limit

let rec parse options = function
  | [] -> options
  | "-p" :: text :: rest -> parse { options with port = Some (number "-p" text 65535) } rest
  | "-t" :: "tcp" :: rest -> parse { options with is_unix = false } rest
  | "-t" :: "unix" :: rest -> parse { options with is_unix = true } rest
  | "-t" :: text :: _ -> fail "-t %s is neither tcp nor unix" text
  | "-b" :: address :: rest -> parse { options with address = Some address } rest
  | "-m" :: text :: rest ->
    parse { options with message_bytes = number "-m" text largest_message_bytes } rest
  | flag :: _ -> fail "flag %s is unknown or lacks its value" flag

(* Turns the messages in the first [whole] bytes into their replies, in place, and returns how many
   bytes of them: fewer than there are where a challenge is zero. *)
let answer_all buffer message_bytes whole =
  let width = min challenge_bytes message_bytes in
  let rec is_zero first i =
    i = width || (Bytes.get_uint8 buffer (first + i) = 0 && is_zero first (i + 1)) in
  (* The last byte is the lowest: the carry runs to the left until a byte does not wrap. *)
  let rec increment first i =
    if i >= 0 then begin
      let sum = (Bytes.get_uint8 buffer (first + i) + 1) land 0xff in
      Bytes.set_uint8 buffer (first + i) sum;
      if sum = 0 then increment first (i - 1)
    end in
  let rec go first =
    if first = whole || is_zero first 0 then first
    else begin
      increment first (width - 1);
      go (first + message_bytes)
    end in
  go 0

(* Unix.write goes on until all is written. *)
let serve message_bytes socket =
  (* Whole messages fill the buffer exactly, so that a full one never holds a part. *)
  let capacity =
    if message_bytes < batch_bytes then batch_bytes - (batch_bytes mod message_bytes)
    else message_bytes in
  let buffer = Bytes.create capacity in
  (* One read and one write for all challenges that are there. *)
  let rec receive filled =
    let received = Unix.read socket buffer filled (capacity - filled) in
    if received > 0 then begin
      let available = filled + received in
      let whole = available - (available mod message_bytes) in
      let answered = answer_all buffer message_bytes whole in
      if answered > 0 then ignore (Unix.write socket buffer 0 answered);
      if answered < whole then Unix._exit 0; (* not exit: the other threads are still at work *)
      Bytes.blit buffer whole buffer 0 (available - whole);
      receive (available - whole)
    end in
  (* A reset is this connection's end, and nobody else's business; so is a lack of memory. *)
  (try receive 0 with Unix.Unix_error _ | Out_of_memory -> ());
  Unix.close socket

(* Without a descriptor or a thread to spare, nothing is accepted for a moment: those that exist
   come first. *)
let rec accept_all listener is_unix message_bytes =
  (match Unix.accept ~cloexec:true listener with
   (* Anybody on this machine may connect to an abstract name; other users are not served. *)
   | socket, _ when is_unix && not (is_own_user socket) -> Unix.close socket
   | socket, _ -> (
       try ignore (Thread.create (serve message_bytes) socket)
       with _ ->
         Unix.close socket;
         Thread.delay accept_pause_seconds)
   | exception Unix.Unix_error ((EINTR | ECONNABORTED), _, _) -> ()
   | exception Unix.Unix_error _ -> Thread.delay accept_pause_seconds);
  accept_all listener is_unix message_bytes

let backlog = 4096 (* the kernel cuts it down to net.core.somaxconn *)

let listen_on_tcp address port =
  let where =
    try Unix.ADDR_INET (Unix.inet_addr_of_string address, port)
    with Failure _ -> fail "-b %s is no IPv4 or IPv6 address" address in
  try
    let listener = Unix.socket ~cloexec:true (Unix.domain_of_sockaddr where) SOCK_STREAM 0 in
    Unix.setsockopt listener SO_REUSEADDR true;
    (* No reply waits for an acknowledgement; accepted connections inherit it on Linux. *)
    Unix.setsockopt listener TCP_NODELAY true;
    Unix.bind listener where;
    Unix.listen listener backlog;
    listener
  with Unix.Unix_error (error, _, _) ->
    fail "cannot listen on %s port %d: %s" address port (Unix.error_message error)

(* The zero byte marks an abstract name, which stands in no file system. *)
let listen_on_unix port =
  let name = Printf.sprintf "volley/unix/%d" port in
  try
    let listener = Unix.socket ~cloexec:true PF_UNIX SOCK_STREAM 0 in
    Unix.bind listener (ADDR_UNIX ("\000" ^ name));
    Unix.listen listener backlog;
    listener
  with Unix.Unix_error (error, _, _) ->
    fail "cannot listen on the abstract Unix socket %s: %s" name (Unix.error_message error)

let listen options port =
  match options with
  | { is_unix = true; address = Some address; _ } ->
    fail "-b %s is for tcp: leave it out with -t unix" address
  | { is_unix = true; _ } -> listen_on_unix port
  | { address; _ } -> listen_on_tcp (Option.value address ~default:"127.0.0.1") port

let () =
  let defaults =
    { port = None; is_unix = false; address = None; message_bytes = challenge_bytes } in
  let options = parse defaults (List.tl (Array.to_list Sys.argv)) in
  (* The default action ends the process at once, whatever its threads are doing. Set, because a
     shell starts its background jobs with SIGINT ignored. *)
  List.iter (fun signal -> Sys.set_signal signal Sys.Signal_default) [ Sys.sigint; Sys.sigterm ];
  Sys.set_signal Sys.sigpipe Sys.Signal_ignore;
  raise_descriptor_limit ();
  match options.port with
  | None -> fail "usage: ocaml -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]"
  | Some port -> accept_all (listen options port) options.is_unix options.message_bytes
