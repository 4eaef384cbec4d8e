import Testing

@testable import Reports

@Suite struct AxisScaleTests {
    private func scale(_ values: [Double], _ axis: Axis.Scale = .automatic, ticks: Int = 6, zero: Bool = false)
        -> AxisScale
    {
        AxisScale(Axis("x", "x", scale: axis), values: values, maximumTicks: ticks, showsZero: zero)
    }

    @Test func `data that span a factor of thirty are shown on a logarithmic axis`() {
        #expect(scale([1, 30]).isLogarithmic)
        #expect(!scale([1, 29]).isLogarithmic)
        #expect(!scale([-1, 0, 100]).isLogarithmic)
    }

    @Test func `zero on a logarithmic axis has a place left of the others`() throws {
        let axis = scale([0, 25, 2500], zero: true)
        let zero = try #require(axis.zero)
        #expect(zero < 25 && axis.range.contains(zero))
        #expect(axis.ticks.first?.label == "0" && axis.ticks.first?.value == zero)
        #expect(scale([0, 25, 2500]).zero == nil)
    }

    @Test func `linear ticks are round, and few enough`() {
        #expect(scale([0, 1], .linear).ticks.map(\.label) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(scale([-3, 3], .linear).ticks.map(\.label) == ["−2", "0", "2"])
        #expect(scale([0, 928_646], .linear).ticks.map(\.label) == ["0", "200k", "400k", "600k", "800k"])
        #expect(scale([0, 4e12], .linear, ticks: 5).ticks.map(\.label) == ["0", "1T", "2T", "3T", "4T"])
    }

    @Test func `logarithmic ticks are decades where there are many`() {
        #expect(scale([1e-6, 1]).ticks.map(\.label) == ["10^{−6}", "10^{−4}", "10^{−2}", "10^{0}"])
        #expect(scale([3, 200], ticks: 7).ticks.map(\.label) == ["5", "10", "20", "50", "100", "200"])
        #expect(scale([3, 200], ticks: 4).ticks.map(\.label) == ["3", "10", "30", "100"])
    }

    @Test func `labels of a horizontal logarithmic axis are as many as fit side by side`() {
        func labels(on length: Double) -> [String] {
            AxisScale(
                Axis("x", "x"), values: [8e10, 2.8e13], maximumTicks: 6, showsZero: false, length: length
            ).ticks.map(\.label)
        }
        // Six labels of 25 points, half a decade of 2.5 apart, need 190 points or so; three need a quarter of that.
        #expect(
            labels(on: 400) == ["10^{11}", "3·10^{11}", "10^{12}", "3·10^{12}", "10^{13}", "3·10^{13}"])
        #expect(labels(on: 130) == ["10^{11}", "10^{12}", "10^{13}"])
    }

    @Test func `there is no tick between whole numbers`() {
        func labels(isWhole: Bool) -> [String] {
            AxisScale(
                Axis("x", "x", scale: .linear), values: [0, 5], maximumTicks: 13, showsZero: true, length: 400,
                isWhole: isWhole
            ).ticks.map(\.label)
        }
        #expect(labels(isWhole: true) == ["0", "1", "2", "3", "4", "5"])
        #expect(labels(isWhole: false).contains("0.5"))
    }

    @Test func `points at 0 do not lie on the vertical axis`() {
        let axis = AxisScale(
            Axis("x", "x", scale: .linear), values: [0, 5], maximumTicks: 6, showsZero: true, length: 400)
        #expect(axis.range.lowerBound < 0)
        #expect(scale([0, 5], .linear).range.lowerBound == 0)
    }

    @Test func `one value has a range around it`() {
        let axis = scale([5], .linear)
        #expect(axis.range.lowerBound < 5 && axis.range.upperBound > 5)
        #expect(scale([], .linear).range == 0...1.04)
    }

    @Test func `labels that would run into each other are left out, the last one last`() {
        let axis = Axis(
            "x", "x", scale: .linear, range: 0...1,
            ticks: [.init(0, "0"), .init(0.5, "5000"), .init(0.9, "9000"), .init(1, "main")])
        let settled = AxisScale(axis, values: [0, 1], maximumTicks: 4, showsZero: false)
        #expect(settled.legibleTicks(on: 100).map(\.label) == ["0", "5000", "main"])
    }

    @Test func `labels are spread as little as need be, in order`() {
        #expect(spread([10, 50], distance: 8, room: 100) == [10, 50])
        #expect(spread([50, 50, 50], distance: 8, room: 100) == [42, 50, 58])
        #expect(spread([0, 1, 99, 100], distance: 10, room: 100) == [0, 10, 90, 100])
        #expect(spread([0, 0], distance: 80, room: 60) == [0, 80])
    }

    @Test func `no values bring an axis down`() {
        let sizes = [
            0, .leastNonzeroMagnitude, 1e-308, 1e-160, 1e-100, 1e-12, 1, 1 + 1e-15, 5e15, 0x1p63, 1e100, 1e150, 1e308,
            .greatestFiniteMagnitude, .infinity, .nan,
        ]
        let values = sizes + sizes.map { -$0 }
        for first in values {
            for second in values {
                for kind in [Axis.Scale.linear, .logarithmic, .automatic] {
                    for isWhole in [false, true] {
                        let axis = AxisScale(
                            Axis("x", "x", scale: kind), values: [first, second], maximumTicks: 6, showsZero: true,
                            length: 200, isWhole: isWhole)
                        let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
                        #expect(low < high && low.isFinite && high.isFinite, "\(first) \(second)")
                        #expect(axis.ticks.count < 20 && axis.ticks.allSatisfy { $0.label.count < 24 })
                    }
                }
            }
        }
    }

    @Test func `given ends without anything between them are moved apart`() {
        let end = 9_223_372_036_854_775_807.0
        let axis = AxisScale(Axis("x", "x", range: end...end), values: [end], maximumTicks: 4, showsZero: true)
        #expect(axis.range.lowerBound < end && axis.range.upperBound > end)
        #expect((0...1).contains(axis.fraction(end)))
    }
}
