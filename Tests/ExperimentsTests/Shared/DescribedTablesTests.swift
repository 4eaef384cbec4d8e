import Base
import Foundation
import Reports
import TestSupport
import Testing

@testable import Experiments

/// What an experiment says of its tables before it is run, against what its default run left.
@Suite struct DescribedTablesTests {
    private struct Package: Decodable {
        struct Resource: Decodable {
            struct Schema: Decodable { let fields: [Field] }
            let name: String
            let schema: Schema
            let figure: Bool?
        }
        struct Field: Decodable {
            let name: String
            let type: String
            let description: String
            let unit: String?
        }
        let resources: [Resource]
    }

    /// Columns whose meaning tells a setting that the default runs state otherwise than the defaults.
    private static let dependent: Set = [
        "drift.tokens", "scaling.parameters", "trainability.loss_spikes", "trainability.gradient_spikes",
    ]

    @Test func `every column of the committed tables is described, and described so`() throws {
        for experiment in Registry.descriptions {
            let path = "\(packageRoot)/results/\(experiment.name)/datapackage.json"
            let package = try JSONDecoder().decode(Package.self, from: Data(contentsOf: URL(filePath: path)))
            for resource in package.resources where resource.figure != true {
                let table = try #require(
                    experiment.tables.first { $0.name == resource.name }, "\(experiment.name): \(resource.name)")
                for field in resource.schema.fields {
                    let place = "\(experiment.name).\(resource.name).\(field.name)"
                    let column = try #require(table.columns.first { $0.name == field.name }, "\(place)")
                    #expect(column.kind.rawValue == field.type && column.unit == field.unit, "\(place)")
                    let isDependent = Self.dependent.contains("\(experiment.name).\(field.name)")
                    #expect(isDependent || column.meaning == field.description, "\(place)")
                }
            }
        }
    }

    @Test func `no table of an experiment goes by two descriptions`() {
        for experiment in Registry.descriptions {
            let names = experiment.tables.map(\.name)
            #expect(Set(names).count == names.count, "\(experiment.name)")
            #expect(experiment.tables.allSatisfy { $0.rows.isEmpty }, "\(experiment.name)")
        }
    }
}
