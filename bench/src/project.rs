//! Where things are: the checkout, the binaries, and what the template says about functions.

use crate::Outcome;
use serde_json::Value;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The variable that names another folder of binaries, such as `target/lambda`.
const BINARIES: &str = "IMPRINT_BENCH_BINARIES";

/// A function of the template.
pub struct Function {
    /// Its `Handler`.
    pub name: String,
    /// The program that holds it, the last element of its `CodeUri`.
    pub program: String,
    /// The names of the variables that the template gives it.
    pub variables: Vec<String>,
}

/// The folder of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A JSON file of the checkout.
pub fn json(path: &str) -> Outcome<Value> {
    let file = root().join(path);
    let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_slice(&text)?)
}

/// Whether the binaries are packages for AWS, of the deploy profile.
pub fn packaged() -> bool {
    env::var_os(BINARIES).is_some()
}

/// The binary that holds a function.
pub fn binary(function: &str) -> Outcome<PathBuf> {
    let found = functions()?.into_iter().find(|each| each.name == function);
    program(&found.ok_or_else(|| format!("template.yaml has no {function}"))?.program)
}

/// A program: `<folder>/<name>` beside this one, `<folder>/<name>/bootstrap` of packages.
pub fn program(name: &str) -> Outcome<PathBuf> {
    let beside = env::current_exe()?.with_file_name(name);
    let Some(folder) = env::var_os(BINARIES).map(PathBuf::from) else { return Ok(beside) };
    let packaged = folder.join(name).join("bootstrap");
    Ok(if packaged.is_file() { packaged } else { folder.join(name) })
}

/// The bare function. Packages have none: then it is the one that cargo built with the same profile, if there is one.
pub fn bare_function() -> Outcome<PathBuf> {
    let beside = env::current_exe()?.with_file_name("bare-function");
    let candidates = [program("bare-function")?, root().join("target/deploy/bare-function")];
    Ok(candidates.into_iter().find(|file| packaged() && file.is_file()).unwrap_or(beside))
}

/// The functions of `template.yaml`, in its order. Of its lines only `Handler`, the `CodeUri` behind it, `Variables` and what is below that are looked at.
pub fn functions() -> Outcome<Vec<Function>> {
    let template = fs::read_to_string(root().join("template.yaml"))?;
    let (mut functions, mut variables) = (Vec::<Function>::new(), None);
    for line in template.lines().filter(|line| !line.trim().is_empty()) {
        let (text, indent) = (line.trim(), line.len() - line.trim_start().len());
        variables = variables.filter(|outer| indent > *outer);
        if let Some(name) = text.strip_prefix("Handler:") {
            functions.push(Function { name: name.trim().to_owned(), program: String::new(), variables: Vec::new() });
        } else if let (Some(uri), Some(function)) = (text.strip_prefix("CodeUri:"), functions.last_mut()) {
            let program = uri.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            program.clone_into(&mut function.program);
        } else if text == "Variables:" {
            variables = Some(indent);
        } else if let (Some(_), Some(function), Some((name, _))) =
            (variables, functions.last_mut(), text.split_once(':'))
        {
            function.variables.push(name.to_owned());
        }
    }
    Ok(functions)
}
