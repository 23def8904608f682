//! The strings of a definition are MiniJinja templates. What they may use is said here, once: the renderer evaluates them in
//! [`environment`], and a report is checked against the same when it is saved.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::machinery::{
    CodeGenerator, CompiledTemplate, Instruction, Instructions, TemplateConfig, eval, make_string_output, parse_expr,
};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value};

use crate::definition::Format;

/// The filters of Imprint's own, beside MiniJinja's; the renderer adds each of them to its environment.
pub const FILTERS: [&str; 2] = [FMT, MARKDOWN];
/// The filter that writes a value in a format.
pub const FMT: &str = "fmt";
/// The filter that lets a value of the data be Markdown, and the kind of the templates in which it means something.
pub const MARKDOWN: &str = "markdown";
/// The kind of all other templates.
pub const TEXT: &str = "text";

/// The operators that MiniJinja evaluates as its own values suggest. The renderer evaluates each as a filter of this name, which no template
/// can write, so that values are joined and compared as reports have them.
pub const OPERATORS: [&str; 5] = ["~", "<", "<=", ">", ">="];

/// The instructions one string may take; a table of contents over thousands of records needs a tenth.
const FUEL: u64 = 1_000_000;
const RECURSION: usize = 64;
/// What MiniJinja lets a template call without having defined it.
const SPECIAL: [&str; 3] = ["super", "loop", "caller"];

/// The environment of all templates, without the filters of Imprint's own: no files, no other templates, bounded work.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION);
    environment.set_auto_escape_callback(auto_escape);
    environment
}

fn auto_escape(kind: &str) -> AutoEscape {
    match kind {
        MARKDOWN => AutoEscape::Custom(MARKDOWN.into()),
        _ => AutoEscape::None,
    }
}

/// Renders a template of a kind, [`TEXT`] or [`MARKDOWN`]. The environment has a filter for each of the [`OPERATORS`].
///
/// # Errors
/// What MiniJinja says.
pub fn render<'a>(
    environment: &'a Environment<'a>,
    kind: &'a str,
    template: &'a str,
    context: Value,
) -> Result<String, Error> {
    let CompiledTemplate { mut instructions, mut blocks, initial_auto_escape, .. } = compile(kind, template)?;
    [&mut instructions].into_iter().chain(blocks.values_mut()).for_each(call_operators);
    let mut text = String::new();
    eval(environment, &instructions, context, &blocks, &mut make_string_output(&mut text), initial_auto_escape)?;
    Ok(text)
}

/// Evaluates an expression, in an environment as that of [`render`].
///
/// # Errors
/// What MiniJinja says, and what is undefined.
pub fn evaluate<'a>(environment: &'a Environment<'a>, expression: &'a str, context: Value) -> Result<Value, Error> {
    let mut generator = CodeGenerator::new(TEXT, expression);
    generator.compile_expr(&parse_expr(expression)?);
    let (mut instructions, blocks) = generator.finish();
    call_operators(&mut instructions);
    let mut nothing = String::new();
    let (value, _) =
        eval(environment, &instructions, context, &blocks, &mut make_string_output(&mut nothing), AutoEscape::None)?;
    value.filter(|value| !value.is_undefined()).ok_or_else(|| Error::from(ErrorKind::UndefinedError))
}

fn compile<'a>(kind: &'a str, template: &'a str) -> Result<CompiledTemplate<'a>, Error> {
    let config = TemplateConfig { syntax_config: Default::default(), default_auto_escape: Arc::new(auto_escape) };
    CompiledTemplate::new(kind, template, &config)
}

/// Puts a filter with two arguments, which takes from the stack and gives to it what an operator does, in the place of each operator.
fn call_operators(instructions: &mut Instructions<'_>) {
    /// No place in MiniJinja's small cache of filters.
    const UNCACHED: u8 = !0;
    let mut n = 0;
    while let Some(instruction) = instructions.get_mut(n) {
        let operator = match instruction {
            Instruction::StringConcat => Some("~"),
            Instruction::Lt => Some("<"),
            Instruction::Lte => Some("<="),
            Instruction::Gt => Some(">"),
            Instruction::Gte => Some(">="),
            _ => None,
        };
        if let Some(operator) = operator {
            *instruction = Instruction::ApplyFilter(operator, Some(2), UNCACHED);
        }
        n += 1;
    }
}

/// Whether a string is a template at all; most are not.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|start| text.contains(start))
}

/// Checks a template without its data: its syntax, the names of filters, tests and functions, and formats that are written out.
///
/// # Errors
/// Everything that is wrong, in one sentence each.
pub fn check(template: &str) -> Result<(), String> {
    if !is_template(template) {
        return Ok(());
    }
    let excerpt = excerpt(template);
    let compiled = compile(TEXT, template).map_err(|error| format!("{} in `{excerpt}`", described(&error)))?;
    let environment = environment();
    let mut names = Names::new(&environment, &compiled);
    for instructions in parts(&compiled) {
        names.check(instructions);
    }
    match names.wrong.as_slice() {
        [] => Ok(()),
        wrong => Err(format!("{} in `{excerpt}`", wrong.join("; "))),
    }
}

/// What is wrong, without the template that it is wrong in.
fn described(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail},", error.kind()),
        None => error.kind().to_string(),
    }
}

/// A template as messages repeat it: on one line, its first 80 characters.
pub fn excerpt(template: &str) -> String {
    const LENGTH: usize = 80;
    let line = template.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The template itself, and the blocks in it.
fn parts<'a, 's>(compiled: &'a CompiledTemplate<'s>) -> impl Iterator<Item = &'a Instructions<'s>> {
    [&compiled.instructions].into_iter().chain(compiled.blocks.values())
}

fn each<'a, 's>(instructions: &'a Instructions<'s>) -> impl Iterator<Item = &'a Instruction<'s>> {
    (0..).map_while(|n| instructions.get(n))
}

/// The names that a template uses, against those that exist.
struct Names<'a> {
    state: State<'a, 'a>,
    functions: BTreeSet<String>,
    wrong: Vec<String>,
}

impl<'a> Names<'a> {
    fn new(environment: &'a Environment<'a>, compiled: &CompiledTemplate<'_>) -> Self {
        // Macros and loop variables of the template's own can be called, wherever they are.
        let own = parts(compiled).flat_map(each).filter_map(|instruction| match instruction {
            Instruction::StoreLocal(name) => Some(*name),
            _ => None,
        });
        let functions = environment.globals().map(|(name, _)| name.to_owned()).chain(own.map(str::to_owned));
        let functions = functions.chain(SPECIAL.map(str::to_owned)).collect();
        Self { state: environment.empty_state(), functions, wrong: Vec::new() }
    }

    fn check(&mut self, instructions: &Instructions<'_>) {
        let mut before = None;
        for instruction in each(instructions) {
            let mistake = self.mistake(instruction, before);
            self.wrong.extend(mistake);
            before = Some(instruction);
        }
    }

    fn mistake(&mut self, instruction: &Instruction<'_>, before: Option<&Instruction<'_>>) -> Option<String> {
        match instruction {
            Instruction::ApplyFilter(FMT, ..) => wrong_format(before?),
            Instruction::ApplyFilter(name, ..) if !FILTERS.contains(name) && !self.is_filter(name) => {
                Some(format!("unknown filter `{name}`: use {} or a filter of MiniJinja", FILTERS.join(", ")))
            }
            Instruction::PerformTest(name, ..) if !self.is_test(name) => Some(format!("unknown test `{name}`")),
            Instruction::CallFunction(name, _) if !self.functions.contains(*name) => {
                Some(format!("unknown function `{name}`"))
            }
            Instruction::Include(_) | Instruction::LoadBlocks => {
                Some("no other template can be included: write its text here".to_owned())
            }
            _ => None,
        }
    }

    fn is_filter(&mut self, name: &str) -> bool {
        let outcome = self.state.apply_filter(&joined(name), &[]);
        outcome.err().is_none_or(|error| error.kind() != ErrorKind::UnknownFilter)
    }

    fn is_test(&mut self, name: &str) -> bool {
        let outcome = self.state.perform_test(&joined(name), &[]);
        outcome.err().is_none_or(|error| error.kind() != ErrorKind::UnknownTest)
    }
}

/// MiniJinja takes `divisible by` for `divisibleby`.
fn joined(name: &str) -> String {
    name.split_whitespace().collect()
}

/// What is wrong with the format of `fmt`, when it is written out.
fn wrong_format(argument: &Instruction<'_>) -> Option<String> {
    let Instruction::LoadConst(format) = argument else { return None };
    format.as_str()?.parse::<Format>().err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_can_be_evaluated_passes() {
        for template in [
            "no template { at all }",
            "Revenue {{ data.revenue|fmt('currency:EUR') }} in {{ params.quarter|default('Q1') }}",
            "{{ data.revenue|fmt(params.format) }}",
            "{% for row in data.rows %}{{ loop.index }} {{ row.a if row.a is defined else '' }}{% endfor %}",
            "{% macro cell(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call cell(3) %}{% endcall %}",
            "{% for row in data.tree recursive %}{{ loop(row.children) }}{% endfor %}",
            "{% if data.n is divisibleby 3 and 'a' is in data.list %}{{ range(3)|join(', ') }}{% endif %}",
            "{% block total %}{{ data.a|round(2) }}{% endblock %}{{ data.name.upper() }}",
        ] {
            assert_eq!(check(template), Ok(()), "{template}");
        }
    }

    #[test]
    fn everything_that_is_wrong_in_a_template_is_said() {
        let table = [
            ("no end", "Hello {{ data.sales ", "syntax error"),
            ("an unknown filter", "Hello {{ 3|money }}", "unknown filter `money`: use fmt, markdown or"),
            ("an unknown filter of a block", "{% filter shout %}a{% endfilter %}", "unknown filter `shout`"),
            (
                "an unknown filter inside a loop",
                "{% for a in data.b %}{{ a|nope }}{% endfor %}",
                "unknown filter `nope`",
            ),
            ("an unknown filter inside a block", "{% block a %}{{ 1|nope }}{% endblock %}", "unknown filter `nope`"),
            (
                "an unknown filter in a branch not taken",
                "{% if false %}{{ 1|nope }}{% endif %}",
                "unknown filter `nope`",
            ),
            ("an unknown test", "{{ 1 is prime }}", "unknown test `prime`"),
            ("an unknown function", "{{ today() }}", "unknown function `today`"),
            ("an unknown format", "{{ 1|fmt('roman') }}", "unknown format `roman`: use text, number"),
            ("another template", "{% include 'a' %}", "no other template can be included"),
            (
                "two at once",
                "{{ 1|one }} {{ 2|two }}",
                "unknown filter `one`: use fmt, markdown or a filter of MiniJinja; unknown filter `two`",
            ),
        ];
        for (what, template, message) in table {
            let told = check(template).expect_err(what);
            assert!(told.contains(message), "{what}: {told}");
            assert!(told.ends_with(&format!("in `{}`", excerpt(template))), "{what}: {told}");
        }
    }
}
