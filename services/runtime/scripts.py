"""The Lua scripts: each is one atomic step, and running it twice is as good as once.

Keys: `nar:<stage>` streams, `nar:dead` dead letters, `nar:jobs` job ids by time, `nar:job-key:<key>` idempotency keys,
`nar:accepted:<token>` answers of ACCEPT, `nar:job:<id>` a job's hash, `nar:job:<id>:items` the state of each item
(0 accepted, 1 extracted, 2 mined, 3 embedded, I indexed, F failed: a terminal state never changes),
`nar:job:<id>:failures` its failures by item number. The scripts touch several of them, so they want one Redis primary,
not a cluster of slots.
"""

# A stream is born with its group: an autoscaler reads the group's lag while there is no worker that could make it.
_APPEND = """
local function append(key, ...)
  if redis.call('EXISTS', key) == 0 then redis.call('XGROUP', 'CREATE', key, 'workers', '0', 'MKSTREAM') end
  redis.call('XADD', key, '*', ...)
end
"""

_JOBS = (
    _APPEND
    + """
local RANKS = {extract = 1, mine = 2, embed = 3}
local COUNTERS = {extract = 'extracted', mine = 'mined', embed = 'embedded'}
local NEXT = {extract = 'nar:mine', mine = 'nar:embed', embed = 'nar:upsert'}

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function queue_finish(job)
  local trace = redis.call('HGET', 'nar:job:' .. job, 'trace') or ''
  append('nar:upsert', 'job', job, 'item', '-1', 'fields', '{"kind":"finish"}', 'trace', trace)
end

local function is_running(job)
  return redis.call('HGET', 'nar:job:' .. job, 'state') == 'running'
end

local function is_complete(job)
  local found = redis.call('HMGET', 'nar:job:' .. job, 'closed', 'total', 'indexed', 'failed')
  return found[1] == '1' and tonumber(found[3]) + tonumber(found[4]) >= tonumber(found[2])
end

local function settle(job)
  if is_running(job) and is_complete(job) and redis.call('HSETNX', 'nar:job:' .. job, 'finishing', '1') == 1 then
    queue_finish(job)
  end
end

local function is_open(job, item)
  local state = redis.call('HGET', 'nar:job:' .. job .. ':items', item)
  return is_running(job) and state and state ~= 'I' and state ~= 'F'
end

local function advance(job, item, stage)
  local items = 'nar:job:' .. job .. ':items'
  if not is_open(job, item) or tonumber(redis.call('HGET', items, item)) >= RANKS[stage] then return 0 end
  redis.call('HSET', items, item, RANKS[stage])
  redis.call('HINCRBY', 'nar:job:' .. job, COUNTERS[stage], 1)
  return 1
end

local function index(job, item, duplicate)
  if not is_open(job, item) then return 0 end
  redis.call('HSET', 'nar:job:' .. job .. ':items', item, 'I')
  redis.call('HINCRBY', 'nar:job:' .. job, 'indexed', 1)
  if duplicate == '1' then redis.call('HINCRBY', 'nar:job:' .. job, 'duplicates', 1) end
  settle(job)
  return 1
end

local function fail(job, item, source, stage, reason)
  if not is_open(job, item) then return 0 end
  redis.call('HSET', 'nar:job:' .. job .. ':items', item, 'F')
  redis.call('HINCRBY', 'nar:job:' .. job, 'failed', 1)
  local failure = cjson.encode({item = item, source = source, stage = stage, reason = reason})
  redis.call('ZADD', 'nar:job:' .. job .. ':failures', item, failure)
  settle(job)
  return 1
end
"""
)

_BACKLOG = """
local function backlog(key)
  if redis.call('EXISTS', key) == 0 then return 0 end
  local most = 0
  local groups = redis.call('XINFO', 'GROUPS', key)
  if #groups == 0 then return redis.call('XLEN', key) end
  for _, group in ipairs(groups) do
    local found = {}
    for at = 1, #group, 2 do found[group[at]] = group[at + 1] end
    most = math.max(most, found['lag'] and found['lag'] + found['pending'] or redis.call('XLEN', key))
  end
  return most
end
"""

BACKLOG = _BACKLOG + "return backlog(KEYS[1])"

# ARGV: limit, then job, item, fields, trace of each task. 1 when they were appended, 0 when there is no room.
PUBLISH = (
    _APPEND
    + _BACKLOG
    + """
if backlog(KEYS[1]) + (#ARGV - 1) / 4 > tonumber(ARGV[1]) then return 0 end
for at = 2, #ARGV, 4 do
  append(KEYS[1], 'job', ARGV[at], 'item', ARGV[at + 1], 'fields', ARGV[at + 2], 'trace', ARGV[at + 3])
end
return 1
"""
)

# Trims by MINID to the first entry that some group has not acknowledged: an XDEL would spoil the groups' lag.
TRIM = """
local function successor(id)
  local milliseconds, sequence = string.match(id, '^(%d+)-(%d+)$')
  return milliseconds .. '-' .. string.format('%.0f', sequence + 1)
end
local function is_before(a, b)
  local a1, a2 = string.match(a, '^(%d+)-(%d+)$')
  local b1, b2 = string.match(b, '^(%d+)-(%d+)$')
  return tonumber(a1) < tonumber(b1) or (a1 == b1 and tonumber(a2) < tonumber(b2))
end
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local first
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local found = {}
  for at = 1, #group, 2 do found[group[at]] = group[at + 1] end
  local keep = successor(found['last-delivered-id'])
  if found['pending'] > 0 then keep = redis.call('XPENDING', KEYS[1], found['name'])[2] end
  if not first or is_before(keep, first) then first = keep end
end
if not first then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', '=', first)
"""

# KEYS: stream. ARGV: group, consumer, ids. Resets the idle time of those that the consumer still owns.
HEARTBEAT = """
local kept = 0
for at = 3, #ARGV do
  if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[at], ARGV[at], 1, ARGV[2]) == 1 then
    kept = kept + #redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[at], 'JUSTID')
  end
end
return kept
"""

# KEYS: stream. ARGV: group, consumer, id, idle. Lets the entry look idle, so that it is reclaimed when its time comes.
POSTPONE = """
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2]) == 0 then return 0 end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', ARGV[4], 'JUSTID')
return 1
"""

# KEYS: stream. ARGV: group, idle. Removes consumers that have gone; never one that has entries, which would be lost.
FORGET_CONSUMERS = """
local gone = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local found = {}
  for at = 1, #consumer, 2 do found[consumer[at]] = consumer[at + 1] end
  if found['pending'] == 0 and found['idle'] > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], found['name'])
    gone = gone + 1
  end
end
return gone
"""

# KEYS: stream. ARGV: group, id, job, item, stage, fields, trace, duplicate. Only who acknowledges goes on.
COMPLETE = (
    _JOBS
    + """
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
local job, item, stage = ARGV[3], ARGV[4], ARGV[5]
if item == '-1' then return 1 end
if stage == 'upsert' then return index(job, item, ARGV[8]) end
if not is_open(job, item) then return 0 end
advance(job, item, stage)
append(NEXT[stage], 'job', job, 'item', item, 'fields', ARGV[6], 'trace', ARGV[7])
return 1
"""
)

# KEYS: stream. ARGV: group, id, job, item, stage, fields, source, reason, deliveries, whether it is a dead letter.
REFUSE = (
    _JOBS
    + """
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
if ARGV[10] == '1' then
  redis.call('XADD', 'nar:dead', 'MAXLEN', '~', '100000', '*', 'stage', ARGV[5], 'job', ARGV[3], 'item', ARGV[4],
    'fields', ARGV[6], 'source', ARGV[7], 'reason', ARGV[8], 'deliveries', ARGV[9], 'entry', ARGV[2])
end
return fail(ARGV[3], ARGV[4], ARGV[7], ARGV[5], ARGV[8])
"""
)

# ARGV: id, collection, idempotency key, trace. The id of the job of that key, new or not; a cancelled one is made anew.
CREATE_JOB = (
    _JOBS
    + """
if ARGV[3] ~= '' then
  local known = redis.call('GET', 'nar:job-key:' .. ARGV[3])
  local state = known and redis.call('HGET', 'nar:job:' .. known, 'state')
  if state and state ~= 'cancelled' then return known end
  redis.call('SET', 'nar:job-key:' .. ARGV[3], ARGV[1])
end
if redis.call('EXISTS', 'nar:job:' .. ARGV[1]) == 1 then return ARGV[1] end
local time = now()
redis.call('HSET', 'nar:job:' .. ARGV[1], 'id', ARGV[1], 'collection', ARGV[2], 'key', ARGV[3], 'state', 'running',
  'closed', 0, 'total', 0, 'extracted', 0, 'mined', 0, 'embedded', 0, 'indexed', 0, 'failed', 0, 'duplicates', 0,
  'created_at', time, 'intake', time, 'trace', ARGV[4])
redis.call('ZADD', 'nar:jobs', time, ARGV[1])
return ARGV[1]
"""
)

# ARGV: job, count, token of the call. Number of the first of the new items, or -1 when the job takes none any more.
ACCEPT = (
    _JOBS
    + """
local done = redis.call('GET', 'nar:accepted:' .. ARGV[3])
if done then return tonumber(done) end
if not is_running(ARGV[1]) or redis.call('HGET', 'nar:job:' .. ARGV[1], 'closed') == '1' then return -1 end
local first = tonumber(redis.call('HGET', 'nar:job:' .. ARGV[1], 'total'))
for item = first, first + ARGV[2] - 1 do redis.call('HSET', 'nar:job:' .. ARGV[1] .. ':items', item, 0) end
redis.call('HINCRBY', 'nar:job:' .. ARGV[1], 'total', ARGV[2])
redis.call('HSET', 'nar:job:' .. ARGV[1], 'intake', now())
redis.call('SET', 'nar:accepted:' .. ARGV[3], first, 'EX', 600)
return first
"""
)

# ARGV: job.
CLOSE_JOB = (
    _JOBS
    + """
if is_running(ARGV[1]) then
  redis.call('HSET', 'nar:job:' .. ARGV[1], 'closed', 1)
  settle(ARGV[1])
end
return 1
"""
)

# ARGV: job, item, stage / job, item, duplicate / job, item, source, stage, reason.
ADVANCE = _JOBS + "return advance(ARGV[1], ARGV[2], ARGV[3])"
INDEX = _JOBS + "return index(ARGV[1], ARGV[2], ARGV[3])"
FAIL = _JOBS + "return fail(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])"

_END = """
local function end_job(job, state, seconds)
  local key = 'nar:job:' .. job
  redis.call('HSET', key, 'state', state, 'finished_at', now())
  redis.call('DEL', key .. ':items')
  redis.call('EXPIRE', key, seconds)
  redis.call('EXPIRE', key .. ':failures', seconds)
  local idempotency = redis.call('HGET', key, 'key')
  if idempotency and idempotency ~= '' then redis.call('EXPIRE', 'nar:job-key:' .. idempotency, seconds) end
end
"""

# ARGV: job, seconds to keep it. The state it is in then; "open" when items are not terminal yet.
FINISH_JOB = (
    _JOBS
    + _END
    + """
if is_running(ARGV[1]) then
  if not is_complete(ARGV[1]) then return 'open' end
  end_job(ARGV[1], 'succeeded', ARGV[2])
end
return redis.call('HGET', 'nar:job:' .. ARGV[1], 'state') or ''
"""
)

# ARGV: job, seconds to keep it. Its state then. What was indexed must still become visible: hence a finish task.
CANCEL_JOB = (
    _JOBS
    + _END
    + """
if is_running(ARGV[1]) then
  end_job(ARGV[1], 'cancelled', ARGV[2])
  queue_finish(ARGV[1])
end
return redis.call('HGET', 'nar:job:' .. ARGV[1], 'state') or ''
"""
)

# ARGV: job. Says that somebody still takes in its items.
KEEP_OPEN = (
    _JOBS + "if is_running(ARGV[1]) then redis.call('HSET', 'nar:job:' .. ARGV[1], 'intake', now()) end return 1"
)

# ARGV: job, seconds to keep it, milliseconds of silence after which nobody takes in its items any more.
ABANDON_JOB = (
    _JOBS
    + _END
    + """
local found = redis.call('HMGET', 'nar:job:' .. ARGV[1], 'closed', 'intake')
if is_running(ARGV[1]) and found[1] == '0' and now() - tonumber(found[2]) >= tonumber(ARGV[3]) then
  end_job(ARGV[1], 'cancelled', ARGV[2])
  queue_finish(ARGV[1])
end
return 1
"""
)
