// swift-tools-version: 6.1
import PackageDescription

/// The kernels' sums are promised bit for bit on every processor: no fused multiply-add may slip in
/// beside those the code spells out.
/// Debug builds get optimised C as well, because tests read real checkpoints through it.
let exactC: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra"])]

/// Fits and resamples are loops of plain Swift, without optimisation fifty times slower: tests would wait for nothing else.
let fastInDebug: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
    name: "training-dynamics",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "dynamics", targets: ["dynamics"])
    ],
    dependencies: [
        // Commands, options, help texts and completion scripts.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Levels for what goes to stderr (--log-level).
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Settings files (experiments/NAME.yaml), and OLMo's config.yaml.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // The report page: templates whose values are escaped unless they say otherwise; no dependencies of its own.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // The C doors. Each finds one library's header and links it, without pkg-config or variables.
        .target(
            name: "CHDF5", path: "Sources/C/CHDF5",
            linkerSettings: [
                .linkedLibrary("hdf5_serial", .when(platforms: [.linux])),
                .linkedLibrary("hdf5", .when(platforms: [.macOS])),
            ]),
        // XXH3: 128-bit fingerprints of tensors at memory speed.
        .target(name: "CXXHash", path: "Sources/C/CXXHash", linkerSettings: [.linkedLibrary("xxhash")]),
        // Chunk filters: libdeflate (2-3x zlib's speed on whole chunks), liblzf (h5py's lzf), and the byte shuffles; zlib
        // for members of archives, which may be too large to inflate whole.
        .target(
            name: "CCodecs", path: "Sources/C/CCodecs", cSettings: exactC,
            linkerSettings: [.linkedLibrary("deflate"), .linkedLibrary("lzf"), .linkedLibrary("z")]),
        // Fork, and descriptors through sockets: workers that start in a millisecond.
        .target(name: "CProcess", path: "Sources/C/CProcess"),
        // Loops whose speed depends on the processor's vectors.
        .target(name: "CKernels", path: "Sources/C/CKernels", cSettings: exactC),
        // BLAS and LAPACK: matrix products, QR and eigenvalues for spectra and classifiers.
        .target(
            name: "CBLAS", path: "Sources/C/CBLAS",
            // On Linux the door loads libopenblas itself, when it is first needed.
            linkerSettings: [.linkedFramework("Accelerate", .when(platforms: [.macOS]))]),
        // Optimisers for fits: L-BFGS, SLSQP, Nelder-Mead.
        .target(name: "CNLopt", path: "Sources/C/CNLopt", linkerSettings: [.linkedLibrary("nlopt")]),

        // What every room needs and none owns; it knows nobody.
        .target(name: "Base"),
        .target(name: "HDF5", dependencies: ["Base", "CHDF5"]),
        .target(name: "Tensors", dependencies: ["Base", "CKernels", "CXXHash", "CBLAS"]),
        .target(name: "Statistics", dependencies: ["Base", "CNLopt", "CBLAS"], swiftSettings: fastInDebug),
        .target(name: "Reports", dependencies: ["Base", .product(name: "Mustache", package: "swift-mustache")]),
        .target(name: "Settings", dependencies: ["Base", .product(name: "Yams", package: "Yams")]),
        .target(
            name: "Checkpoints",
            dependencies: ["Base", "HDF5", "Tensors", "CCodecs", "CProcess", .product(name: "Yams", package: "Yams")]),
        .target(
            name: "Catalogs", dependencies: ["Base", "Checkpoints", "Settings", "Tensors"],
            // Compiled in, so that the program knows the models wherever it is copied and started.
            resources: [.embedInCode("Models")]),
        .target(name: "LanguageModels", dependencies: ["Base", "Checkpoints", "Tensors", "CKernels", "CBLAS"]),
        .target(name: "Engine", dependencies: ["Base", "LanguageModels", "Checkpoints", "Tensors"]),
        .target(name: "Results", dependencies: ["Base", "Reports"]),
        .target(
            name: "Experiments",
            dependencies: [
                "Base", "Engine", "Results", "Settings", "Catalogs", "LanguageModels", "Checkpoints", "Tensors",
                "Statistics", "Reports",
            ],
            // The settings of the default runs, for whoever starts the program outside the project's folder.
            resources: [.embedInCode("Defaults")]),
        .executableTarget(
            name: "dynamics",
            dependencies: [
                "Base", "Experiments", "Engine", "Results", "Settings", "Catalogs", "Checkpoints", "Reports",
                "Tensors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // The default linker warns of a function in Foundation that nobody here calls.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux]))]),

        // Our side of bench/spectra_numpy.py.
        .executableTarget(name: "bench-spectra", dependencies: ["Base", "Tensors"], path: "bench/spectra"),

        // Speed beside SciPy, and coverage of the intervals: bench/laws_scipy.py.
        .executableTarget(name: "bench-laws", dependencies: ["Base", "Statistics", "Reports"], path: "bench/laws"),

        .target(
            name: "TestSupport", dependencies: ["Base", "HDF5", "Checkpoints", "Tensors"], path: "Tests/TestSupport"),
        .testTarget(name: "BaseTests", dependencies: ["Base", "TestSupport"]),
        .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "TestSupport"]),
        .testTarget(name: "TensorsTests", dependencies: ["Base", "Tensors", "CKernels", "TestSupport"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Base", "Statistics"]),
        .testTarget(name: "ReportsTests", dependencies: ["Base", "Reports", "TestSupport"]),
        .testTarget(name: "SettingsTests", dependencies: ["Base", "Settings", "TestSupport"]),
        .testTarget(
            name: "CheckpointsTests",
            dependencies: ["Base", "Checkpoints", "HDF5", "Tensors", "CCodecs", "TestSupport"]),
        .testTarget(
            name: "CatalogsTests", dependencies: ["Base", "Catalogs", "Checkpoints", "Settings", "TestSupport"]),
        .testTarget(
            name: "LanguageModelsTests",
            dependencies: ["Base", "LanguageModels", "Checkpoints", "Tensors", "CKernels", "TestSupport"]),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Base", "Engine", "Checkpoints", "LanguageModels", "Tensors", "TestSupport"]),
        .testTarget(name: "ResultsTests", dependencies: ["Base", "Results", "Reports", "TestSupport"]),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: [
                "Base", "Experiments", "Engine", "Results", "Settings", "Catalogs", "LanguageModels", "Checkpoints",
                "Statistics", "Tensors", "Reports", "TestSupport",
            ]),
        // Through the front door: the built binary, its exit codes, its output and the files it leaves.
        .testTarget(
            name: "DynamicsTests",
            dependencies: ["Base", "dynamics", "Engine", "Experiments", "Checkpoints", "Tensors", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
