"""Writes events.tfevents, which EventFileTests compares with, by TensorBoard's own record writer.

Run with tensorboard 2.21.0 and protobuf 7.36.2: python make_events.py
"""

from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

STEPS = [(0, [("a/loss", 2.5), ("ü/1", -1.0)]), (300, [("a/loss", 0.1)]), (5_000_000_000, [("a/loss", 1e-45)])]

with open(Path(__file__).parent / "events.tfevents", "wb") as file:
    writer = RecordWriter(file)
    events = [event_pb2.Event(file_version="brain.Event:2")]
    for step, values in STEPS:
        summary = summary_pb2.Summary(
            value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values]
        )
        events.append(event_pb2.Event(step=step, summary=summary))
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))
    writer.flush()
