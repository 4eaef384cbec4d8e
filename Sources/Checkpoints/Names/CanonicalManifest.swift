import Tensors

extension CheckpointManifest {
    /// The same tensors under their Hugging Face names, with the parts of fused ones as views: no byte moves. A
    /// checkpoint in no other scheme, or one in which a name would then occur twice, stays as it is.
    func withCanonicalNames() -> CheckpointManifest { withoutWrappers().withSchemeNames() }

    /// The same tensors without the prefixes of wrappers in their names.
    private func withoutWrappers() -> CheckpointManifest {
        guard let names = WrapperPrefixes.seenThrough(tensors.map(\.name)) else { return self }
        var manifest = self
        for (place, name) in names.enumerated() where tensors[place].name != name {
            manifest.tensors[place].origin = TensorOrigin(scheme: .wrapped, name: tensors[place].name)
            manifest.tensors[place].name = name
        }
        let order = manifest.tensors.indices.sorted { manifest.tensors[$0].name < manifest.tensors[$1].name }
        manifest.storage = order.map { manifest.storage[$0] }
        manifest.tensors = order.map { manifest.tensors[$0] }
        return manifest
    }

    private func withSchemeNames() -> CheckpointManifest {
        let names = CanonicalNames(tensors, config: config)
        guard let scheme = names.scheme else { return self }
        var parts: [(info: TensorInfo, storage: TensorStorage)] = []
        for (info, storage) in zip(tensors, storage) {
            guard let targets = names.targets(of: info) else {
                parts.append((info, storage))
                continue
            }
            for target in targets {
                var part = info
                part.name = target.name
                part.origin = TensorOrigin(scheme: scheme, name: info.origin?.name ?? info.name, rows: target.rows)
                guard let rows = target.rows else {
                    parts.append((part, storage))
                    continue
                }
                part.shape[0] = rows.total
                // Of a compressed tensor, the share that its rows have.
                part.storedByteCount = info.storedByteCount / info.shape[0] * rows.total
                let rowElements = info.shape.dropFirst().reduce(1, *)
                parts.append((part, storage.view(rows.scaled(by: rowElements))))
            }
        }
        parts.sort { $0.info.name < $1.info.name }
        guard !zip(parts, parts.dropFirst()).contains(where: { $0.info.name == $1.info.name }) else { return self }
        var manifest = self
        manifest.tensors = parts.map(\.info)
        manifest.storage = parts.map(\.storage)
        return manifest
    }
}

extension TensorStorage {
    /// The storage of some of a tensor's elements.
    fileprivate func view(_ elements: Blocks) -> TensorStorage {
        if case .fill = self { return self }
        return elements.total == 0 ? .extents([], bigEndian: false) : .view(elements, of: self)
    }
}
