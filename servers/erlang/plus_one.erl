%% erlang: a process for each connection, gen_tcp sockets in {active, N} mode, on the BEAM.
%%
%% A connection is a process that waits for messages from its socket, as Erlang programs are
%% written; the processes are run by one scheduler thread for each CPU that the virtual machine may
%% use. The socket is active for a number of messages and then asks to be let on: a passive recv, or
%% {active, once}, takes the descriptor out of the poll set and puts it back in every round trip,
%% and tries a read that finds nothing, while {active, true} would let a client that never reads
%% fill the memory with messages. A round trip is epoll_wait, recvfrom, writev.
%%
%% How the virtual machine is started is told by the script that stands beside this file.
%%
%% Needs: Erlang/OTP 24 or newer (erl, erlc), GNU coreutils 8.31 for `env --default-signal`.
%% Try:   make && ./erlang -p 4000 &
%%        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
%%        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.

-module(plus_one).
-export([main/0]).

-include_lib("kernel/include/file.hrl").

-define(LARGEST_MESSAGE_BYTES, 16777216).
-define(ACCEPT_PAUSE_MS, 50).
%% Of Linux, and the bytes of its struct ucred: three numbers of 32 bits, pid, uid and gid.
-define(SOL_SOCKET, 1).
-define(SO_PEERCRED, 17).
-define(UCRED_BYTES, 12).
%% What may wait unanswered in memory is this many times the buffer of the socket.
-define(MESSAGES_AT_ONCE, 100).

main() ->
    %% Not init's orderly stop, which asks every process first: the default action, at once.
    os:set_signal(sigterm, default),
    Options = parse(init:get_plain_arguments(), #{transport => "tcp", bytes => 4}),
    case Options of
        #{port := _, transport := "unix", address := Text} ->
            fail("-b ~ts is for tcp: leave it out with -t unix", [Text]);
        #{port := _} ->
            listen(Options);
        #{} ->
            fail("usage: erlang -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]", [])
    end.

parse([], Options) ->
    Options;
parse(["-p", Text | Rest], Options) ->
    parse(Rest, Options#{port => number("-p", Text, 65535)});
parse(["-t", Transport | Rest], Options) when Transport =:= "tcp"; Transport =:= "unix" ->
    parse(Rest, Options#{transport => Transport});
parse(["-t", Text | _], _) ->
    fail("-t ~ts is neither tcp nor unix", [Text]);
parse(["-b", Address | Rest], Options) ->
    parse(Rest, Options#{address => Address});
parse(["-m", Text | Rest], Options) ->
    parse(Rest, Options#{bytes => number("-m", Text, ?LARGEST_MESSAGE_BYTES)});
parse([Flag | _], _) ->
    fail("flag ~ts is unknown or lacks its value", [Flag]).

number(Flag, Text, Limit) ->
    case string:to_integer(Text) of
        {Number, ""} when Number >= 1, Number =< Limit -> Number;
        _ -> fail("~s ~ts is not a number from 1 to ~b", [Flag, Text, Limit])
    end.

fail(Format, Arguments) ->
    io:format(standard_error, "erlang: " ++ Format ++ "~n", Arguments),
    halt(1).

listen(#{transport := "unix", port := Port, bytes := Bytes}) ->
    %% The zero byte marks an abstract name, which stands in no file system.
    Name = "volley/unix/" ++ integer_to_list(Port),
    SocketOptions = [local, {ip, {local, [0 | Name]}} | socket_options(Bytes)],
    {ok, #file_info{uid = User}} = file:read_file_info("/proc/self"),
    case gen_tcp:listen(0, SocketOptions) of
        {ok, Listener} ->
            serve_all(Listener, Bytes, User);
        {error, Reason} ->
            Text = inet:format_error(Reason),
            fail("cannot listen on the abstract Unix socket ~ts: ~ts", [Name, Text])
    end;
listen(#{port := Port, bytes := Bytes} = Options) ->
    Text = maps:get(address, Options, "127.0.0.1"),
    Address =
        case inet:parse_strict_address(Text) of
            {ok, Parsed} -> Parsed;
            {error, _} -> fail("-b ~ts is no IPv4 or IPv6 address", [Text])
        end,
    Family =
        case tuple_size(Address) of
            4 -> inet;
            8 -> inet6
        end,
    %% nodelay: no reply waits for an acknowledgement.
    SocketOptions = [
        Family, {ip, Address}, {nodelay, true}, {reuseaddr, true} | socket_options(Bytes)
    ],
    case gen_tcp:listen(Port, SocketOptions) of
        {ok, Listener} ->
            serve_all(Listener, Bytes, any);
        {error, Reason} ->
            fail("cannot listen on ~ts port ~b: ~ts", [Text, Port, inet:format_error(Reason)])
    end.

%% Accepted sockets inherit them. A client that does not read suspends its own process, in
%% gen_tcp:send, and nobody else's.
socket_options(Bytes) ->
    [
        binary,
        {active, false},
        %% A client that has shut down its sending side still gets the replies that it is owed.
        {exit_on_close, false},
        {backlog, 4096},
        {buffer, max(4096, min(Bytes, 65536))}
    ].

serve_all(Listener, Bytes, User) ->
    spawn(fun() -> accept(Listener, Bytes, User) end),
    receive
        %% The listener is open as long as its owner lives.
        never -> ok
    end.

%% Whoever accepts a connection owns it, so it serves it, and another process accepts the next one.
accept(Listener, Bytes, User) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            spawn(fun() -> accept(Listener, Bytes, User) end),
            serve_user(Socket, Bytes, User);
        {error, _} ->
            %% Mostly: no descriptor or no port is left. Those that exist come first.
            %% Not timer:sleep, whose module could not be loaded without a descriptor.
            receive
            after ?ACCEPT_PAUSE_MS -> accept(Listener, Bytes, User)
            end
    end.

%% Anybody on this machine may connect to an abstract name. Who is another user is not served: the
%% process ends here, and its socket is closed.
serve_user(Socket, Bytes, any) ->
    inet:setopts(Socket, [{active, ?MESSAGES_AT_ONCE}]),
    Width = 8 * min(4, Bytes),
    serve(Socket, <<>>, {Bytes, Width, Bytes - Width div 8});
serve_user(Socket, Bytes, User) ->
    case inet:getopts(Socket, [{raw, ?SOL_SOCKET, ?SO_PEERCRED, ?UCRED_BYTES}]) of
        {ok, [{raw, _, _, <<_:32, User:32/native, _:32>>}]} -> serve_user(Socket, Bytes, any);
        _ -> ok
    end.

serve(Socket, Pending, Shape) ->
    receive
        {tcp, Socket, Received} when Pending =:= <<>> ->
            answer(Socket, Received, Shape);
        {tcp, Socket, Received} ->
            %% A binary that has one holder grows in place: a large message is not quadratic.
            answer(Socket, <<Pending/binary, Received/binary>>, Shape);
        {tcp_passive, Socket} ->
            inet:setopts(Socket, [{active, ?MESSAGES_AT_ONCE}]),
            serve(Socket, Pending, Shape);
        _ ->
            %% tcp_closed or tcp_error; the socket is closed with its owner.
            ok
    end.

%% The replies to all whole messages go out together; what remains waits for the rest of it.
answer(Socket, Bytes, {MessageBytes, _, _} = Shape) when byte_size(Bytes) < MessageBytes ->
    serve(Socket, Bytes, Shape);
answer(Socket, Bytes, Shape) ->
    case replies(Bytes, Shape, []) of
        {zero, Replies} ->
            gen_tcp:send(Socket, lists:reverse(Replies)),
            erlang:halt(0, [{flush, false}]);
        {Rest, Replies} ->
            case gen_tcp:send(Socket, lists:reverse(Replies)) of
                ok -> serve(Socket, Rest, Shape);
                {error, _} -> ok
            end
    end.

replies(Bytes, {_, Width, PayloadBytes} = Shape, Replies) ->
    case Bytes of
        <<0:Width, _:PayloadBytes/binary, _/binary>> ->
            {zero, Replies};
        <<Challenge:Width, Payload:PayloadBytes/binary, Rest/binary>> ->
            replies(Rest, Shape, [[<<(Challenge + 1):Width>>, Payload] | Replies]);
        _ ->
            {Bytes, Replies}
    end.
