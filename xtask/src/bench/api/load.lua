-- Requests for wrk: the method, a file with one path per line, and the body if there is one. The paths are requested in
-- turn, over all connections.
local requests, last = {}, 0

function init(arguments)
   for path in io.lines(arguments[2]) do
      requests[#requests + 1] = wrk.format(arguments[1], path, nil, arguments[3])
   end
end

function request()
   last = last % #requests + 1
   return requests[last]
end

function done(summary, latency)
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   io.write(string.format('\n{"requests":%d,"micros":%d,"bytes":%d,"failed":%d,"p50":%d,"p99":%d}\n',
      summary.requests, summary.duration, summary.bytes, failed, latency:percentile(50), latency:percentile(99)))
end
