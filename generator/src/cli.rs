//! The arguments, and the way from them to an exit status.

use std::{error::Error, process::ExitCode};

use anstream::eprintln;
use anstyle::{AnsiColor, Style};
use clap::{Parser, Subcommand, ValueEnum};

mod dump;
mod generate;
#[cfg(feature = "lint")]
mod lint;
#[cfg(feature = "lsp")]
mod lsp;
mod output;
#[cfg(feature = "serve")]
mod serve;
mod sources;

/// Anything that stops a command; its `Display` names the file and says what to do.
type Failure = Box<dyn Error + Send + Sync>;

/// How a command ended that was not stopped.
enum Outcome {
    /// Done, and nothing to report.
    Clean,
    /// There are differences.
    Differs,
}

/// Compiles API reference documents into a typed Rust SDK, CSDL and OpenAPI
#[derive(Parser)]
#[command(name = "docwright", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colors [env: `NO_COLOR` turns them off]
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
    /// Print nothing but results, warnings and errors
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Write what the documents describe in another form
    #[command(subcommand)]
    Generate(generate::Target),
    /// Tell where the documents contradict each other, the metadata and themselves
    #[cfg(feature = "lint")]
    Lint(Box<lint::Arguments>),
    /// Keep a list of findings that are known, so that only new ones fail a run
    #[cfg(feature = "lint")]
    #[command(subcommand)]
    Baseline(lint::BaselineCommand),
    /// Start the language server for editors: findings while you type, over stdin and stdout
    #[cfg(feature = "lsp")]
    Lsp(lsp::Arguments),
    /// Print the page of a rule of the linter, or a list of all rules
    #[cfg(feature = "lint")]
    Explain(lint::ExplainArguments),
    /// Print what one stage of the compiler makes of the documents
    Dump(dump::Arguments),
    /// Start a local service that answers every documented request, and remembers what it is told
    #[cfg(feature = "serve")]
    Serve(Box<serve::Arguments>),
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Reads the arguments of the process and does what they say.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let log = output::Log {
        quiet: arguments.quiet,
    };
    let outcome = match arguments.command {
        Command::Generate(target) => generate::run(target, log),
        #[cfg(feature = "lint")]
        Command::Lint(arguments) => lint::run(&arguments, log),
        #[cfg(feature = "lint")]
        Command::Baseline(command) => lint::baseline(&command, log),
        #[cfg(feature = "lint")]
        Command::Explain(arguments) => lint::explain(&arguments),
        #[cfg(feature = "lsp")]
        Command::Lsp(arguments) => lsp::run(arguments),
        Command::Dump(arguments) => dump::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(*arguments, log),
    };
    match outcome {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Differs) => ExitCode::from(1),
        Err(failure) => {
            let style = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
            eprintln!("{style}error:{style:#} {failure}");
            ExitCode::from(2)
        }
    }
}
