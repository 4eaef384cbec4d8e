// swift-tools-version: 6.1
import PackageDescription

/// The kernels' sums are promised bit for bit on every processor: no fused multiply-add may slip in
/// beside those the code spells out.
/// Debug builds get optimised C as well, because tests read real checkpoints through it.
let exactC: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra"])]

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
            name: "CHDF5",
            linkerSettings: [
                .linkedLibrary("hdf5_serial", .when(platforms: [.linux])),
                .linkedLibrary("hdf5", .when(platforms: [.macOS])),
            ]),
        // XXH3: 128-bit fingerprints of tensors at memory speed.
        .target(name: "CXXHash", linkerSettings: [.linkedLibrary("xxhash")]),
        // Chunk filters: libdeflate (2-3x zlib's speed on whole chunks), liblzf (h5py's lzf), and the byte shuffles; zlib
        // for members of archives, which may be too large to inflate whole.
        .target(
            name: "CCodecs", cSettings: exactC,
            linkerSettings: [.linkedLibrary("deflate"), .linkedLibrary("lzf"), .linkedLibrary("z")]),
        // Fork, and descriptors through sockets: workers that start in a millisecond.
        .target(name: "CProcess"),
        // Loops whose speed depends on the processor's vectors.
        .target(name: "CKernels", cSettings: exactC),

        // BLAS and LAPACK: matrix products, QR and eigenvalues for spectra and classifiers.
        .target(
            name: "CBLAS",
            // On Linux the door loads libopenblas itself, when it is first needed.
            linkerSettings: [.linkedFramework("Accelerate", .when(platforms: [.macOS]))]),

        // Optimisers for fits: L-BFGS, SLSQP, Nelder-Mead.
        .target(name: "CNLopt", linkerSettings: [.linkedLibrary("nlopt")]),

        .target(name: "HDF5", dependencies: ["CHDF5"]),
        .target(name: "Tensors", dependencies: ["CKernels", "CXXHash", "CBLAS"]),
        .target(name: "Statistics", dependencies: ["CNLopt", "CBLAS"]),
        .target(
            name: "Checkpoints",
            dependencies: ["HDF5", "Tensors", "CCodecs", "CProcess", .product(name: "Yams", package: "Yams")]),
        .target(name: "LanguageModels", dependencies: ["Checkpoints", "Tensors", "CKernels", "CBLAS"]),
        .target(name: "Reports", dependencies: [.product(name: "Mustache", package: "swift-mustache")]),
        .target(
            name: "Experiments",
            dependencies: [
                "LanguageModels", "Checkpoints", "Tensors", "Statistics", "Reports",
                .product(name: "Yams", package: "Yams"),
            ],
            // Compiled in, so that the program knows the models wherever it is copied and started.
            resources: [.embedInCode("Catalogs/Models")]),
        .executableTarget(
            name: "dynamics",
            dependencies: [
                "Experiments", "Checkpoints", "Tensors", "Reports",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // The default linker warns of a function in Foundation that nobody here calls.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux]))]),

        // Our side of bench/spectra_numpy.py.
        .executableTarget(name: "bench-spectra", dependencies: ["Tensors"], path: "bench/spectra"),

        // Speed beside SciPy, and coverage of the intervals: bench/laws_scipy.py.
        .executableTarget(name: "bench-laws", dependencies: ["Statistics", "Reports"], path: "bench/laws"),

        .target(name: "TestSupport", dependencies: ["HDF5", "Checkpoints", "Tensors"], path: "Tests/TestSupport"),
        .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "TestSupport"]),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels", "TestSupport"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics"]),
        .testTarget(
            name: "CheckpointsTests", dependencies: ["Checkpoints", "HDF5", "Tensors", "CCodecs", "TestSupport"]),
        .testTarget(
            name: "LanguageModelsTests",
            dependencies: ["LanguageModels", "Checkpoints", "Tensors", "CKernels", "TestSupport"]),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "TestSupport"]),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: ["Experiments", "Checkpoints", "Statistics", "Tensors", "Reports", "TestSupport"]),
        // Through the front door: the built binary, its exit codes, its output and the files it leaves.
        .testTarget(name: "DynamicsTests", dependencies: ["dynamics", "Checkpoints", "Tensors", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
