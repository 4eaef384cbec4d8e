import Checkpoints

@main enum Main {
    static func main() {
        // Before any argument parsing: the worker is started for every checkpoint and must be quick.
        if CommandLine.arguments.dropFirst().first == "__hdf5-worker" { runHDF5Worker() }
    }
}
