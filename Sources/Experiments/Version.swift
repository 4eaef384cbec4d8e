/// The harness' version, as `dynamics --version` and `run.json` state it.
public let harnessVersion = "0.1.0"
