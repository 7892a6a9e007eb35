{-# LANGUAGE LambdaCase #-}

-- haskell: a green thread for each connection, blocking in style, on GHC's epoll I/O manager.
--
-- forkIO threads cost a few kilobytes and are run by one capability (an OS thread that runs
-- Haskell) for each CPU that the process may use. A thread whose socket has nothing to read is
-- parked, and the I/O manager's epoll loop wakes it. A connection has one buffer, in which messages
-- are turned into replies where they are: a round trip allocates next to nothing, and no collector
-- stops it.
--
-- The run-time system's options are baked in by the Makefile: -N for a capability for each allowed
-- CPU, -I0 so that an idle server does not wake to collect garbage, -qg so that a collection is not a
-- meeting of all capabilities; the heap is small. The +RTS of a command line is not looked at.
--
-- Needs: GHC 9.0 with its own packages and the package network 3.1 (Debian: ghc, libghc-network-dev).
-- Try:   make && ./haskell -p 4000 &
--        printf '\0\0\0\1' | nc -q 1 127.0.0.1 4000 | od -An -tx1      prints  00 00 00 02
--        With -t unix: socat -t 1 - ABSTRACT-CONNECT:volley/unix/4000 instead of nc.
module Main (main) where

import Control.Concurrent (forkFinally, threadDelay, threadWaitRead)
import Control.Exception (IOException, try)
import Control.Monad (foldM, forM_, forever, void, when, zipWithM_)
import Data.Bits (shiftR)
import Data.Char (isDigit)
import Data.Maybe (fromMaybe)
import Data.Word (Word32, Word8)
import Foreign (Ptr, allocaBytes, moveBytes, peekElemOff, plusPtr, pokeElemOff)
import Network.Socket
import System.Environment (getArgs)
import System.Exit (ExitCode (ExitSuccess), exitFailure)
import System.IO (hPutStrLn, stderr)
import System.Posix.Process (exitImmediately)
import System.Posix.Resource
import System.Posix.Signals (Handler (Default), installHandler, sigINT, sigTERM)
import System.Posix.Types (Fd (Fd))
import System.Posix.User (getEffectiveUserID)
import Text.Read (readMaybe)

data Options = Options
  { port :: Maybe Int,
    isUnix :: Bool, -- the transport: otherwise tcp
    address :: Maybe String,
    messageBytes :: Int
  }

challengeBytes, largestMessageBytes, batchBytes, backlog, acceptPauseMicroseconds :: Int
challengeBytes = 4
largestMessageBytes = 16777216
batchBytes = 4096 -- what one recv may bring of small messages: a page
backlog = 4096 -- the kernel cuts it down to net.core.somaxconn
acceptPauseMicroseconds = 50000

main :: IO ()
main = do
  options <- parse (Options Nothing False Nothing challengeBytes) =<< getArgs
  -- The default action ends the process at once, whatever its threads are doing. Set, because a
  -- shell starts its background jobs with SIGINT ignored.
  forM_ [sigINT, sigTERM] $ \signal -> installHandler signal Default Nothing
  -- A thousand connections need more descriptors than the usual soft limit.
  limits <- getResourceLimit ResourceOpenFiles
  setResourceLimit ResourceOpenFiles limits {softLimit = hardLimit limits}
  listener <- maybe (failWith usage) (open options) (port options)
  acceptAll listener (isUnix options) (messageBytes options)

usage :: String
usage = "usage: haskell -p PORT [-t tcp|unix] [-b ADDRESS] [-m BYTES]"

parse :: Options -> [String] -> IO Options
parse options = \case
  [] -> pure options
  "-p" : text : rest -> number "-p" text 65535 >>= \n -> parse options {port = Just n} rest
  "-t" : "tcp" : rest -> parse options {isUnix = False} rest
  "-t" : "unix" : rest -> parse options {isUnix = True} rest
  "-t" : text : _ -> failWith ("-t " ++ show text ++ " is neither tcp nor unix")
  "-b" : text : rest -> parse options {address = Just text} rest
  "-m" : text : rest ->
    number "-m" text largestMessageBytes >>= \n -> parse options {messageBytes = n} rest
  flag : _ -> failWith ("flag " ++ show flag ++ " is unknown or lacks its value")

number :: String -> String -> Int -> IO Int
number flag text limit = case readMaybe text of
  Just n | all isDigit text, n >= 1, n <= toInteger limit -> pure (fromInteger n)
  _ -> failWith (flag ++ " " ++ show text ++ " is not a number from 1 to " ++ show limit)

failWith :: String -> IO a
failWith message = hPutStrLn stderr ("haskell: " ++ message) >> exitFailure

open :: Options -> Int -> IO Socket
open options chosen = case (isUnix options, address options) of
  (True, Just text) -> failWith ("-b " ++ text ++ " is for tcp: leave it out with -t unix")
  (True, Nothing) -> openUnix ("volley/unix/" ++ show chosen)
  (False, text) -> openTcp (fromMaybe "127.0.0.1" text) chosen

-- The zero byte marks an abstract name, which stands in no file system.
openUnix :: String -> IO Socket
openUnix name = try bindAndListen >>= either complain pure
  where
    bindAndListen = do
      listener <- socket AF_UNIX Stream defaultProtocol
      bind listener (SockAddrUnix ('\0' : name))
      listen listener backlog
      pure listener
    complain :: IOException -> IO a
    complain problem =
      failWith ("cannot listen on the abstract Unix socket " ++ name ++ ": " ++ show problem)

openTcp :: String -> Int -> IO Socket
openTcp text chosen = try resolveAndListen >>= either complain pure
  where
    hints = defaultHints {addrFlags = [AI_NUMERICHOST], addrSocketType = Stream}
    resolveAndListen = do
      where_ <- head <$> getAddrInfo (Just hints) (Just text) (Just (show chosen))
      listener <- openSocket where_
      setSocketOption listener ReuseAddr 1
      -- No reply waits for an acknowledgement; accepted connections inherit it on Linux.
      setSocketOption listener NoDelay 1
      bind listener (addrAddress where_)
      listen listener backlog
      pure listener
    complain :: IOException -> IO a
    complain problem =
      failWith ("cannot listen on " ++ text ++ " port " ++ show chosen ++ ": " ++ show problem)

-- Without a descriptor to spare, nothing is accepted for a moment: those that exist come first.
acceptAll :: Socket -> Bool -> Int -> IO ()
acceptAll listener unix size = forever (try acceptOne >>= either pause pure)
  where
    acceptOne = do
      (connection, _) <- accept listener
      welcome <- if unix then isOwnUser connection else pure True
      if welcome
        then void (forkFinally (serve connection size) (const (close connection)))
        else close connection
    pause :: IOException -> IO ()
    pause _ = threadDelay acceptPauseMicroseconds

-- Anybody on this machine may connect to an abstract name; other users are not served.
isOwnUser :: Socket -> IO Bool
isOwnUser connection = do
  (_, user, _) <- getPeerCredential connection
  (==) user . Just . fromIntegral <$> getEffectiveUserID

-- The buffer is filled exactly by whole messages, so that a full one never holds a part. Returns at
-- the end of the connection; where it is reset, an exception ends its thread and nothing else.
serve :: Socket -> Int -> IO ()
serve connection size = allocaBytes capacity (receive 0)
  where
    capacity = if size < batchBytes then batchBytes - batchBytes `mod` size else size

    -- One recv and one send for all challenges that are there. It waits first: the reply to what
    -- the client sent last has only just left, and a recv before the wait would find nothing.
    receive :: Int -> Ptr Word8 -> IO ()
    receive filled buffer = do
      withFdSocket connection (threadWaitRead . Fd)
      received <- recvBuf connection (buffer `plusPtr` filled) (capacity - filled)
      when (received > 0) $ do
        let available = filled + received
            whole = available - available `mod` size
        answered <- answerAll buffer size whole
        sendAll connection buffer answered
        when (answered < whole) (exitImmediately ExitSuccess)
        moveBytes buffer (buffer `plusPtr` whole) (available - whole)
        receive (available - whole) buffer

-- Turns messages into their replies, in place, and returns how many bytes of them: fewer than there
-- are where a challenge is zero.
answerAll :: Ptr Word8 -> Int -> Int -> IO Int
answerAll buffer size whole = go 0
  where
    bytes = [0 .. min challengeBytes size - 1] -- of a challenge, the highest first
    go done
      | done == whole = pure done
      | otherwise = do
        let message = buffer `plusPtr` done
        challenge <- foldM (append message) 0 bytes
        if challenge == 0
          then pure done
          else zipWithM_ (put message (challenge + 1)) bytes (reverse bytes) >> go (done + size)

    append :: Ptr Word8 -> Word32 -> Int -> IO Word32
    append message higher i = (higher * 256 +) . fromIntegral <$> peekElemOff message i

    put :: Ptr Word8 -> Word32 -> Int -> Int -> IO ()
    put message value i place = pokeElemOff message i (fromIntegral (value `shiftR` (8 * place)))

sendAll :: Socket -> Ptr Word8 -> Int -> IO ()
sendAll connection bytes count = when (count > 0) $ do
  sent <- sendBuf connection bytes count
  sendAll connection (bytes `plusPtr` sent) (count - sent)
