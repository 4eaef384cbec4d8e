public struct CheckpointLocation: Sendable, Hashable, Codable { public var path: String; public var group: String?; public init(path: String, group: String? = nil) { self.path = path; self.group = group } }
public struct FileIdentity: Sendable, Hashable, Codable { public var path: String; public var byteCount: Int; public var modificationTimeNanoseconds: Int; public var inode: UInt64 }
public struct ReadOptions: Sendable { }
public final class CheckpointReader: Sendable {
  public static func open(_ location: CheckpointLocation, options: ReadOptions) throws(CheckpointError) -> CheckpointReader { fatalError() }
  public var tensors: [TensorInfo] { fatalError() }
  public var leftOut: [LeftOut] { [] } ; public var attributes: [String: AttributeValue] { [:] }; public var config: String? { nil }
  public var files: [FileIdentity] { [] }
  public func isDirect(_ tensor: Int) -> Bool { true }
  public func read(_ tensor: Int, from element: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {}
  public func window(_ tensor: Int, capacity: Int) throws(CheckpointError) -> TensorWindow { fatalError() }
  public func checkUnchanged() throws(CheckpointError) {}
  public var bytesRead: Int { 0 }
}
public final class TensorWindow {
  public func reach(from start: Int) -> Int { 0 }
  public func load(_ range: Range<Int>, parallel: (Int, @Sendable (Int) throws(CheckpointError) -> Void) throws(CheckpointError) -> Void) throws(CheckpointError) {}
  public func pointer(to element: Int) -> UnsafeRawPointer { fatalError() }
}
extension CheckpointLocation: CustomStringConvertible { public var description: String { path } }
public enum BFloat16Dump: String, Sendable, Codable, CaseIterable { case uint16, opaque16 }
extension ReadOptions { public var trustedRoots: [String] { get {[]} set {} }; public var bfloat16Dumps: Set<BFloat16Dump> { get {[]} set {} } }
extension CheckpointLocation { public init(parsing: String) { self.init(path: parsing, group: nil) } }
