"""Loads trace records, one JSON object per line on stdin, with the published opentraces-schema package.

Prints one JSON object: how many records loaded, and what must agree with the record as we wrote it.
"""

import json
import sys

from opentraces_schema import TraceRecord, load_record_dict

records = steps = calls = observations = 0
for line in sys.stdin:
    written = json.loads(line)
    load_record_dict(written)
    record = TraceRecord.model_validate(written)
    assert record.trace_id == written["trace_id"]
    assert record.metrics.total_steps == len(record.steps) == len(written["steps"])
    assert [step.step_index for step in record.steps] == list(range(1, len(record.steps) + 1))
    for step, raw in zip(record.steps, written["steps"]):
        assert step.content == raw.get("content")
        assert [call.input for call in step.tool_calls] == [call["input"] for call in raw["tool_calls"]]
        calls += len(step.tool_calls)
        observations += len(step.observations)
    records += 1
    steps += len(record.steps)
json.dump({"records": records, "steps": steps, "calls": calls, "observations": observations}, sys.stdout)
