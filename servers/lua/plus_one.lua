-- lua: one event loop, libuv through luv, in Lua.
--
-- Lua has no sockets of its own. Of the libraries for them luv follows its C library release by
-- release, and waits with epoll; LuaSocket and luaposix have select and poll, and cqueues, which
-- has epoll and coroutines, has had no release since 2020. A round trip is epoll_wait, read, write.
--
-- A string in Lua never changes, so replies are new strings. Parts of a message are kept as they
-- came and joined when the message is whole, so that a large one is joined once.
--
-- At the limit of descriptors libuv accepts with one that it keeps for this, and closes at once.
-- How the interpreter is started is told by the script that stands beside this file.
--
-- Needs: Lua 5.4 as lua5.4 on PATH, luv for it (Debian: lua-luv). There is no fallback.
-- Try:   ./lua -p 4000 &
--        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02

local uv = require("luv")

local CHALLENGE_BYTES = 4
local LARGEST_MESSAGE_BYTES = 16 << 20
local BACKLOG = 4096 -- the kernel cuts it down to net.core.somaxconn

local function fail(format, ...)
    io.stderr:write("lua: ", format:format(...), "\n")
    os.exit(1)
end

-- Returns the replies to the whole messages in a string, what is behind these, and whether they end
-- before a challenge of zero.
local function answer(messages, message_bytes)
    local width = math.min(CHALLENGE_BYTES, message_bytes)
    local format = ">I" .. width
    local mask = (1 << 8 * width) - 1
    local replies = {}
    local first = 1
    while first + message_bytes - 1 <= #messages do
        local challenge = format:unpack(messages, first)
        if challenge == 0 then
            return table.concat(replies), "", true
        end
        replies[#replies + 1] = format:pack((challenge + 1) & mask)
        if message_bytes > width then
            replies[#replies + 1] = messages:sub(first + width, first + message_bytes - 1)
        end
        first = first + message_bytes
    end
    return table.concat(replies), messages:sub(first), false
end

local function serve(socket, message_bytes)
    local parts = {}
    local part_bytes = 0
    local receive

    -- What the kernel does not take waits for the client to read, and no more is read from it.
    local function send(replies)
        local sent = socket:try_write(replies) or 0
        if sent < #replies then
            socket:read_stop()
            socket:write(replies:sub(sent + 1), function(reason)
                if reason then -- reset by the client: nobody else's business
                    socket:close()
                else
                    socket:read_start(receive)
                end
            end)
        end
    end

    function receive(_, received)
        if not received then -- closed or reset
            socket:close()
            return
        end
        parts[#parts + 1] = received
        part_bytes = part_bytes + #received
        if part_bytes < message_bytes then
            return
        end
        local replies, rest, is_last = answer(table.concat(parts), message_bytes)
        parts = { rest }
        part_bytes = #rest
        send(replies)
        if is_last then
            os.exit(0)
        end
    end

    socket:read_start(receive)
end

local function number(flag, text, limit)
    local value = text:match("^%d+$") and tonumber(text)
    if not value or value < 1 or value > limit then
        fail("%s %s is not a number from 1 to %d", flag, text, limit)
    end
    return value
end

local flags = { ["-b"] = "127.0.0.1", ["-m"] = tostring(CHALLENGE_BYTES) }
for i = 1, #arg, 2 do
    if not arg[i]:match("^-[pbm]$") or not arg[i + 1] then
        fail("flag %s is unknown or lacks its value", arg[i])
    end
    flags[arg[i]] = arg[i + 1]
end
if not flags["-p"] then
    fail("usage: lua -p PORT [-b ADDRESS] [-m BYTES]")
end
local port = number("-p", flags["-p"], 65535)
local message_bytes = number("-m", flags["-m"], LARGEST_MESSAGE_BYTES)

-- The interpreter's own action for SIGINT waits until Lua code runs, which may be never. A write to
-- a connection that its client has reset would end the server by SIGPIPE.
uv.new_signal():start("sigint", function()
    os.exit(130) -- 128 and the number of the signal, as a shell has it
end)
uv.new_signal():start("sigpipe", function() end)

local listener = uv.new_tcp()
-- With SO_REUSEADDR, as libuv sets it anyway. It raises an error where the address is none.
local is_address, bound, reason = pcall(listener.bind, listener, flags["-b"], port)
if not is_address then
    fail("-b %s is no IPv4 or IPv6 address", flags["-b"])
end
if bound then
    bound, reason = listener:listen(BACKLOG, function(failure)
        local socket = uv.new_tcp()
        if failure or not listener:accept(socket) then
            socket:close()
            return
        end
        socket:nodelay(true) -- no reply waits for an acknowledgement
        serve(socket, message_bytes)
    end)
end
if not bound then
    fail("cannot listen on %s port %d: %s", flags["-b"], port, reason)
end
uv.run()
