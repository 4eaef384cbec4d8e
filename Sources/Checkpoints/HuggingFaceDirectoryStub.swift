enum HuggingFaceDirectory {
    static func manifest(_ path: String) throws(CheckpointError) -> CheckpointManifest {
        throw CheckpointError(.unsupported, checkpoint: path, problem: "directories cannot be read yet")
    }
}
