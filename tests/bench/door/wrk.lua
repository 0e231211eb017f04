-- Sends the requests of a file, each once. They stand there signed and all of one length: nothing is left to do but read.
-- wrk ... http://127.0.0.1:PORT -- FILE LENGTH

local letters, length

function init(arguments)
  letters = assert(io.open(arguments[1], "rb"))
  letters:setvbuf("full", 1048576)
  length = tonumber(arguments[2])
end

function request()
  -- 3: the file has come to its end before the time.
  return letters:read(length) or os.exit(3)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers": %d, "microseconds": %d, "not_2xx": %d, "broken": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
