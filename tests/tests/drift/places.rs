//! The places that are joined: what each of them says, read from its file.

use regex::Regex;
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A function of template.yaml.
pub struct Function {
    pub logical_id: String,
    /// Its `Handler`, which is the name of its folder.
    pub folder: String,
    /// As `GET /api/reports`, or `$default`. HEAD stands beside every GET and is not among them.
    pub routes: BTreeSet<String>,
    /// Whether EventBridge invokes it at set times.
    pub scheduled: bool,
    /// Megabytes, its own or those under `Globals`.
    pub memory: u64,
    /// Its own variables; those under `Globals` belong to the runtime, not to the store.
    pub variables: BTreeSet<String>,
}

/// An operation of openapi.yaml.
pub struct Operation {
    /// As `GET /api/reports`.
    pub route: String,
    pub id: String,
    pub permission: Option<String>,
    pub opened_by: OpenedBy,
}

/// What a caller has to show for an operation.
#[derive(PartialEq, Eq)]
pub enum OpenedBy {
    Nothing,
    /// The cookie of a preview, or the nonce that becomes one.
    Cookie,
    Token,
}

/// The base URL of clients that write all their paths themselves.
pub const BASE: &str = "/grafana";

/// What stands behind the function's name in the id of its operation under [`BASE`].
pub const BEHIND_BASE: &str = "-base";

/// The folders of functions/.
pub fn folders() -> BTreeSet<String> {
    entries("functions").into_iter().filter(|name| path(&format!("functions/{name}")).is_dir()).collect()
}

pub fn functions() -> Vec<Function> {
    let usual = yaml("template.yaml")["Globals"]["Function"]["MemorySize"].as_u64().unwrap_or_default();
    let routes = routes();
    let found = resources("AWS::Serverless::Function").into_iter().map(|(logical_id, properties)| Function {
        folder: text(&properties["Handler"]),
        routes: routes.get(&logical_id).cloned().unwrap_or_default(),
        memory: properties["MemorySize"].as_u64().unwrap_or(usual),
        scheduled: members(&properties["Events"]).any(|(_, event)| event["Type"] == "Schedule"),
        variables: members(&properties["Environment"]["Variables"]).map(|(name, _)| name.clone()).collect(),
        logical_id,
    });
    found.collect()
}

/// The resources of a type in template.yaml: logical id and properties.
pub fn resources(kind: &str) -> Vec<(String, Value)> {
    let template = yaml("template.yaml");
    let of_kind = members(&template["Resources"]).filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(id, resource)| (id.clone(), resource["Properties"].clone())).collect()
}

/// The routes of the API by the function that it invokes.
fn routes() -> BTreeMap<String, BTreeSet<String>> {
    let (_, api) = resources("AWS::Serverless::HttpApi").remove(0);
    let invoked = pattern(r"\$\{(\w+)\.Arn\}/invocations$");
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for (path, item) in members(&api["DefinitionBody"]["paths"]) {
        for (method, operation) in members(item).filter(|(method, _)| *method != "head") {
            let uri = text(&operation["x-amazon-apigateway-integration"]["uri"]);
            let function = invoked.captures(&uri).map(|found| found[1].to_owned()).unwrap_or_default();
            let key = if path == "$default" { path.clone() } else { format!("{} {path}", method.to_uppercase()) };
            found.entry(function).or_default().insert(key);
        }
    }
    found
}

/// The operations that a function's routes are to be described by; `$default` is none.
pub fn expected_operations(function: &Function) -> Vec<String> {
    let routes: BTreeSet<_> =
        function.routes.iter().filter(|route| *route != "$default").map(|route| described(route)).collect();
    routes.iter().map(|route| format!("{route} as {}", operation_id(function, route))).collect()
}

/// The route as an operation describes it: the casings of a path of Exago's are one, and a parameter is one whatever it stands for.
pub fn described(route: &str) -> String {
    let (method, path) = route.split_once(' ').unwrap_or_default();
    let path = path.replace("+}", "}");
    let exago = path.to_lowercase().starts_with("/rest/");
    format!("{method} {}", if exago { path.to_lowercase() } else { path })
}

/// The function's name; where the function also serves GET under the same path, any other method has its name behind it:
/// `huddle-get-document-head`, `cxreports-get-pdf-post`. Where it serves the same method under the same path without a base, the one
/// with the base has `-base` behind it: `grafana-send-report-base`.
pub fn operation_id(function: &Function, route: &str) -> String {
    let (method, path) = route.split_once(' ').unwrap_or_default();
    let serves = |route: String| function.routes.iter().any(|other| described(other) == route);
    let second = method != "GET" && serves(format!("GET {path}"));
    let based = path.strip_prefix(BASE).is_some_and(|path| serves(format!("{method} {path}")));
    let second = if second { behind(method) } else { String::new() };
    let further = further(function, path);
    format!("{}{further}{second}{}", function.folder, if based { BEHIND_BASE } else { "" })
}

/// What stands behind the name of a function that serves several addresses, in the ids of all but the first: the last word of the
/// address. `public-get-description-yaml` is `/openapi.yaml`, `public-view-explorer-file` is `/docs/{file}`.
fn further(function: &Function, path: &str) -> String {
    let bare = |path: &str| path.strip_prefix(BASE).unwrap_or(path).to_owned();
    let first = function.routes.iter().filter_map(|route| Some(bare(described(route).split_once(' ')?.1))).min();
    let word = path.trim_end_matches('}').rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    if first.is_none_or(|first| first == bare(path)) { String::new() } else { behind(word) }
}

/// What stands behind the function's name in the id of its operation by a second method, or at a further address.
pub fn behind(method: &str) -> String {
    format!("-{}", method.to_lowercase())
}

/// The resource that `!GetAtt Resource.Arn` is of.
pub fn resource_of(arn: &Value) -> String {
    text(arn).trim_end_matches(".Arn").to_owned()
}

/// Whether a body is what is sent to this queue, or to the one whose dead letters it takes.
pub fn is_message_of(queue: &str, body: &str) -> bool {
    let message = serde_json::from_str::<Value>(body).unwrap_or_default();
    let publication = &message["publication"];
    match queue {
        "PublishQueue" | "PublishDeadLetters" => publication["report"].is_string() && publication["sequence"].is_u64(),
        "ExportQueue" | "ExportDeadLetters" => message["export"].as_u64().is_some_and(|id| id < 1 << 31),
        // What SES tells of a mail, as SNS hands it on.
        "MailFeedbackQueue" => message["eventType"].is_string() && message["mail"]["messageId"].is_string(),
        // A new queue: say here what its messages are.
        _ => false,
    }
}

pub fn operations() -> Vec<Operation> {
    const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];
    let openapi = yaml("openapi.yaml");
    let mut found = Vec::new();
    for (path, item) in members(&openapi["paths"]) {
        for (method, operation) in members(item).filter(|(method, _)| METHODS.contains(&method.as_str())) {
            found.push(Operation {
                route: format!("{} {path}", method.to_uppercase()),
                id: text(&operation["operationId"]),
                permission: operation["x-permission"].as_str().map(str::to_owned),
                opened_by: opened_by(&operation["security"]),
            });
        }
    }
    found
}

/// Any one of an operation's own schemes is enough; without any of its own the whole document's stand, an access token.
pub fn opened_by(security: &Value) -> OpenedBy {
    let Some(schemes) = security.as_array() else { return OpenedBy::Token };
    match schemes.iter().any(|scheme| scheme["previewCookie"].is_array()) {
        true => OpenedBy::Cookie,
        false if schemes.is_empty() => OpenedBy::Nothing,
        false => OpenedBy::Token,
    }
}

/// The name of the function that serves an operation: of those that the operation's id begins with, the longest.
pub fn function_of(operation: &Operation) -> &str {
    let begins = |folder: &&String| {
        let rest = operation.id.strip_prefix(folder.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let longest = folders().iter().filter(begins).map(String::len).max();
    &operation.id[..longest.unwrap_or(operation.id.len())]
}

/// The names of the permissions by their variants in shared/domain/src/credential.rs.
pub fn permission_names() -> BTreeMap<String, String> {
    let source = read("shared/domain/src/credential.rs");
    let names = pattern(r#"Self::(\w+) => "(\w+:\w+)""#);
    names.captures_iter(&source).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// The permissions that a function's source asks for; what it only looks at, to tell more or less, is none of them.
pub fn permissions_in(function: &str, names: &BTreeMap<String, String>) -> BTreeSet<String> {
    let source = source_of(function);
    let source = pattern(r"\.holds\(Permission::\w+\)").replace_all(&source, "");
    let asked = pattern(r"Permission::(\w+)");
    asked
        .captures_iter(&source)
        .map(|found| names.get(&found[1]).cloned().unwrap_or_else(|| found[1].to_owned()))
        .collect()
}

/// The source of a function: `lib.rs`, and what is beside it.
pub fn source_of(function: &str) -> String {
    let folder = format!("functions/{function}/src");
    entries(&folder).iter().map(|file| read(&format!("{folder}/{file}"))).collect()
}

/// The path of a route with its parameters filled in.
pub fn filled(route: &str, parameters: &Value) -> String {
    let path = route.split_once(' ').unwrap_or_default().1.to_owned();
    members(parameters).fold(path, |path, (name, value)| {
        path.replace(&format!("{{{name}}}"), &text(value)).replace(&format!("{{{name}+}}"), &text(value))
    })
}

// ---- Reading and comparing. ----

pub fn path(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(inside)
}

pub fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names of what a folder holds.
pub fn entries(folder: &str) -> Vec<String> {
    let listed = fs::read_dir(path(folder)).unwrap_or_else(|error| panic!("{folder}/: {error}"));
    listed.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The Rust files in a folder and in all that is below it.
pub fn sources(folder: &str) -> Vec<String> {
    let below = entries(folder).into_iter().map(|name| format!("{folder}/{name}"));
    let (folders, files): (Vec<_>, Vec<_>) = below.partition(|entry| path(entry).is_dir());
    let files = files.into_iter().filter(|file| file.ends_with(".rs"));
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

pub fn event(function: &str) -> Value {
    let file = format!("events/{function}.json");
    serde_json::from_str(&read(&file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A YAML file as JSON, without CloudFormation's tags: `!Ref Api` is `"Api"`.
pub fn yaml(file: &str) -> Value {
    untagged(serde_yaml_ng::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}")))
}

pub fn untagged(value: Yaml) -> Value {
    match value {
        Yaml::Tagged(tagged) => untagged(tagged.value),
        Yaml::Sequence(items) => items.into_iter().map(untagged).collect(),
        Yaml::Mapping(entries) => {
            let named = entries
                .into_iter()
                .map(|(name, value)| (name.as_str().unwrap_or_default().to_owned(), untagged(value)));
            Value::Object(named.collect::<Map<_, _>>())
        }
        scalar => serde_json::to_value(scalar).unwrap_or_default(),
    }
}

/// The members of an object; none of anything else.
pub fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `native-create-report` as `NativeCreateReport`.
pub fn camel_case(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

pub fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("{error}"))
}

/// What is on one side only, each with what to do about it.
pub fn compared(left: (&BTreeSet<String>, &str), right: (&BTreeSet<String>, &str)) -> Vec<String> {
    let only = |one: (&BTreeSet<String>, &str), other: &BTreeSet<String>| {
        one.0.difference(other).map(|item| format!("{item}\n    {}", one.1)).collect::<Vec<_>>()
    };
    [only(left, right.0), only(right, left.0)].concat()
}

/// Fails with everything that drifted at once.
pub fn complain(drifted: impl IntoIterator<Item = String>) {
    let drifted: Vec<_> = drifted.into_iter().collect();
    assert!(drifted.is_empty(), "\n{}\n", drifted.join("\n"));
}
