import Testing

@testable import Base
@testable import dynamics

/// The whole help texts, as 80 columns show them.
struct HelpTests {
    @Test func `the help of the program`() throws {
        let expected = """
            OVERVIEW: Study how a language model changes while it trains, from its
            checkpoints.

            Exit codes: 0 done; 1 the environment failed (disk full, a library missing); 2
            usage; 3 bad input, nothing done; 4 done, with findings or refusals; 130
            interrupted.

            USAGE: dynamics <subcommand>

            OPTIONS:
              --version               Show the version.
              -h, --help              Show help information.

            SUBCOMMANDS:
              run                     Run experiments and leave their tables under results/.
              report                  Make figures, pages, LaTeX and Markdown again from
                                      saved tables.
              table                   Cut a table of a run for a paper: rows, columns,
                                      names, order and width.
              export                  Hand results to other programs.
              list                    List the experiments and what they answer.
              describe                Tell what an experiment, a setting or a column is:
                                      meaning, default, bounds, unit.
              inspect                 Show what a checkpoint holds: facts, tensors, types,
                                      layouts, totals by module.
              import                  Turn checkpoints of Hugging Face, OLMo, torch and
                                      NumPy into HDF5 files, bit for bit.
              catalog                 Lists of checkpoints: check them, choose from them,
                                      and what is known of models.
              compare                 Compare the tables of two results folders.

              See 'dynamics help <subcommand>' for detailed help.

            """
        #expect(try dynamics("--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `the help of run`() throws {
        let expected = """
            OVERVIEW: Run experiments and leave their tables under results/.

            Several experiments share one reading of their checkpoints. What was finished
            before is taken from the journal. The paths of the files written go to stdout,
            progress and warnings to stderr.

            USAGE: dynamics run [<options>] <names> ...

            ARGUMENTS:
              <names>                 Names of experiments, as 'dynamics list' shows them.

            OPTIONS:
              --from <checkpoint>     Compare this checkpoint (an .h5 file, FILE:/GROUP, or
                                      a Hugging Face directory) with --to.
              --to <checkpoint>       The other checkpoint of the pair.
              --out <dir>             Folder for the results; otherwise results/NAME, or
                                      results/NAME/FROM--TO for a pair.
              --settings <file>       Settings file; otherwise experiments/NAME.yaml.
              --set <key=value>       Override a setting, as in moved_threshold=1e-4.
                                      Repeatable.
              --journal <dir>         Folder of journalled summaries; otherwise .journal
                                      beside the results.
              -j, --jobs <jobs>       Threads to work on; otherwise one a core.
              --share <i/n>           Do only share I of N of the work, into the journal,
                                      and write no results; a run without it makes them.
              --figures <figures>     Draw figures as wide as one or two columns of a
                                      paper, or none. (values: one, two, none; default: one)
              --allow-external <dir>  Let external storage and links lead below this
                                      folder, besides the checkpoint's own. Repeatable.
              --quiet                 No progress and no notes: only warnings and errors.
              --log-level <log-level> Least severe messages shown: debug, info, warning or
                                      error. (values: debug, info, warning, error; default:
                                      info)
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(try dynamics("run", "--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `the help of report`() throws {
        let expected = """
            OVERVIEW: Make figures, pages, LaTeX and Markdown again from saved tables.

            Checkpoints are not needed. The paths of the files written go to stdout.

            USAGE: dynamics report <names> ... [--figures <figures>] [--quiet] [--log-level <log-level>]

            ARGUMENTS:
              <names>                 Names of experiments, for results/NAME, or folders of
                                      results.

            OPTIONS:
              --figures <figures>     Draw figures as wide as one or two columns of a
                                      paper, or none. (values: one, two, none; default: one)
              --quiet                 No progress and no notes: only warnings and errors.
              --log-level <log-level> Least severe messages shown: debug, info, warning or
                                      error. (values: debug, info, warning, error; default:
                                      info)
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(try dynamics("report", "--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `the help of export tensorboard`() throws {
        let expected = """
            OVERVIEW: Write the numbers of a run by step, for TensorBoard.

            Each stage and ingredient becomes a run of its own, DIR/stage1,
            DIR/stage2-ingredient1, ..., because steps start again; a curve is called
            TABLE/COLUMN/PART. The paths of the files go to stdout. Checkpoints without a
            step are left out.

            USAGE: dynamics export tensorboard <results> --to <dir> [--jsonl] [--quiet] [--log-level <log-level>]

            ARGUMENTS:
              <results>               Name of an experiment, for results/NAME, or a folder
                                      of results.

            OPTIONS:
              --to <dir>              Folder for the files.
              --jsonl                 Write JSON lines instead, DIR/stage1.jsonl, ...: an
                                      object a step, its number as _step.
              --quiet                 No progress and no notes: only warnings and errors.
              --log-level <log-level> Least severe messages shown: debug, info, warning or
                                      error. (values: debug, info, warning, error; default:
                                      info)
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(try dynamics("export", "tensorboard", "--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `the help of list`() throws {
        let expected = """
            OVERVIEW: List the experiments and what they answer.

            USAGE: dynamics list

            OPTIONS:
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(try dynamics("list", "--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `the help of describe`() throws {
        let expected = """
            OVERVIEW: Tell what an experiment, a setting or a column is: meaning, default,
            bounds, unit.

            No file is read: it is what the program itself states.

            USAGE: dynamics describe <name> [--json]

            ARGUMENTS:
              <name>                  An experiment, a setting such as moved_threshold, or
                                      a column such as relative_drift; drift.NAME is that
                                      of drift.

            OPTIONS:
              --json                  Write JSON instead of text.
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(try dynamics("describe", "--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `the help of inspect`() throws {
        let expected = """
            OVERVIEW: Show what a checkpoint holds: facts, tensors, types, layouts, totals
            by module.

            Only the structure is read, not the tensors. Of a folder of checkpoints or a
            Hub cache, the members are listed in training order, and what looks like a
            checkpoint and is not read, with the reason.

            USAGE: dynamics inspect <checkpoint> [--json] [--allow-external <dir> ...]

            ARGUMENTS:
              <checkpoint>            An .h5 file, FILE:/GROUP, a directory of Hugging Face
                                      or OLMo, or a .safetensors, .pt, .bin or .npz file;
                                      or a folder of them.

            OPTIONS:
              --json                  Write JSON instead of text.
              --allow-external <dir>  Let external storage and links lead below this
                                      folder, besides the checkpoint's own. Repeatable.
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(try dynamics("inspect", "--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `the help of import`() throws {
        let expected = """
            OVERVIEW: Turn checkpoints of Hugging Face, OLMo, torch and NumPy into HDF5
            files, bit for bit.

            Pickles are read without running them. Each source becomes DIR/REVISION.h5. A
            finished file of the same source is skipped, so an import that was stopped goes
            on where it was. The paths of the files go to stdout.

            USAGE: dynamics import <sources> ... --to <dir> [--model <model>] [--revision <revision>] [--facts \
            <file>] [--link] [--relative] [--force] [--bfloat16-dump <type> ...] [--allow-external <dir> ...] \
            [--quiet] [--log-level <log-level>]

            ARGUMENTS:
              <sources>               Directories with model.safetensors, pytorch_model.bin
                                      (or shards of either) or model.pt; snapshots of a Hub
                                      cache, or a cache's folder models--ORG--NAME; single
                                      .safetensors, .pt, .bin or .npz files.

            OPTIONS:
              --to <dir>              Folder for the files.
              --model <model>         Name of the training run; a Hub cache's folder tells
                                      it otherwise.
              --revision <revision>   Name of the revision, for a single source; its folder
                                      or refs tell it otherwise.
              --facts <file>          JSON file of exact steps and token counts, where
                                      names round them.
              --link                  Copy nothing: point at the bytes in the source's
                                      files, by absolute paths.
              --relative              With --link: by paths from the destination folder;
                                      h5py then needs HDF5_EXTFILE_PREFIX='${ORIGIN}'.
              --force                 Replace files that were made from another source.
              --bfloat16-dump <type>  Read NumPy arrays of this type as bfloat16.
                                      Repeatable. (values: uint16, opaque16)
              --allow-external <dir>  Let external storage and links lead below this
                                      folder, besides the checkpoint's own. Repeatable.
              --quiet                 No progress and no notes: only warnings and errors.
              --log-level <log-level> Least severe messages shown: debug, info, warning or
                                      error. (values: debug, info, warning, error; default:
                                      info)
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(try dynamics("import", "--help") == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `help on a subcommand is its help`() throws {
        #expect(try dynamics("help", "run") == dynamics("run", "--help"))
    }

    @Test func `without arguments the help is shown`() throws {
        #expect(try dynamics() == dynamics("--help"))
    }

    @Test func `the version is a line`() throws {
        #expect(try dynamics("--version") == Finished(code: 0, output: "0.1.0\n", errors: ""))
    }

    @Test func `list names each experiment and its question`() throws {
        let finished = try dynamics("list")
        #expect(
            finished.output.split(separator: "\n").contains(
                "drift           What moved between checkpoints, by how much, where and when?"))
        #expect(finished.code == 0 && finished.errors.isEmpty)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `there is a completion script for`(shell: String) throws {
        let finished = try dynamics("--generate-completion-script", shell)
        #expect(finished.code == 0 && finished.errors.isEmpty)
        // It completes the options, and knows the commands.
        for word in ["inspect", "import", "allow-external"] { #expect(finished.output.contains(word)) }
    }

    @Test func `there is no completion script for another shell`() throws {
        let finished = try dynamics("--generate-completion-script", "tcsh")
        #expect(finished.code == 2 && finished.output.isEmpty)
        #expect(finished.errors.hasPrefix("Error: Can't generate completion scripts for 'tcsh'."))
    }
}
