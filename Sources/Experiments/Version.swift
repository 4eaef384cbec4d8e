/// The harness' version, as `dynamics --version` and `run.json` state it.
package let harnessVersion = "0.1.0"
