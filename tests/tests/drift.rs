//! One name everywhere: what the repository says of a function in its folder, crate, template resource, routes, OpenAPI
//! operations, sample event and README row is joined here. A place that drifted from the others fails, and the message
//! says what to add where. Needs no running stack: only files are read.

use regex::Regex;
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A function of template.yaml.
struct Function {
    logical_id: String,
    /// The last element of its `CodeUri`.
    folder: String,
    /// As `GET /api/reports`, or `$default`.
    routes: BTreeSet<String>,
    /// Whether EventBridge invokes it at set times.
    scheduled: bool,
    /// Its own variables; those under `Globals` belong to the runtime, not to the store.
    variables: BTreeSet<String>,
}

/// An operation of openapi.yaml.
struct Operation {
    /// As `GET /api/reports`.
    route: String,
    id: String,
    permission: Option<String>,
    opened_by: OpenedBy,
}

/// What a caller has to show for an operation.
#[derive(PartialEq, Eq)]
enum OpenedBy {
    Nothing,
    /// The cookie of a preview, or the nonce that becomes one.
    Cookie,
    Token,
}

/// The base URL of clients that write all their paths themselves.
const BASE: &str = "/grafana";

/// What stands behind the function's name in the id of its operation under [`BASE`].
const BEHIND_BASE: &str = "-base";

#[test]
fn every_folder_of_functions_is_a_crate_of_that_name() {
    let name = pattern(r#"(?m)^name = "(.+)"$"#);
    complain(folders().into_iter().filter_map(|folder| {
        let file = format!("functions/{folder}/Cargo.toml");
        let given = name.captures(&read(&file)).map(|found| found[1].to_owned()).unwrap_or_default();
        (given != folder).then(|| format!("{file}: the crate is called `{given}`, not `{folder}`"))
    }));
}

#[test]
fn every_folder_of_functions_has_a_resource_in_the_template_and_every_resource_a_folder() {
    let line = |id: &str, folder: &str| format!("{id}: target/lambda/{folder}/");
    let expected = folders().iter().map(|folder| line(&camel_case(folder), folder)).collect();
    let declared = functions().iter().map(|function| line(&function.logical_id, &function.folder)).collect();
    complain(compared(
        (&expected, "add this function to template.yaml, with this CodeUri"),
        (&declared, "template.yaml has this function, and functions/ has no folder of its name"),
    ));
}

#[test]
fn every_function_has_a_sample_event_and_every_event_a_function() {
    let events = entries("events").iter().filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect();
    complain(compared(
        (&folders(), "add events/<name>.json, a sample event of this function"),
        (&events, "events/ has an event of a function that is not in functions/: remove or rename it"),
    ));
}

#[test]
fn every_route_of_the_template_is_an_operation_named_like_its_function_and_the_other_way_round() {
    let routes = functions().iter().flat_map(expected_operations).collect();
    let described = operations().iter().map(|operation| format!("{} as {}", operation.route, operation.id)).collect();
    complain(compared(
        (&routes, "add this route of template.yaml to openapi.yaml, with this operationId"),
        (&described, "openapi.yaml describes an operation that template.yaml does not route"),
    ));
}

#[test]
fn every_operation_has_a_row_in_the_readme_and_no_row_is_stale() {
    let expected = operations().iter().map(row).collect();
    let table = pattern(r"(?m)^\| (?:GET|HEAD|POST|PUT|PATCH|DELETE) \| `/.*\|$");
    let rows = table.find_iter(&read("README.md")).map(|row| row.as_str().to_owned()).collect();
    complain(compared(
        (&expected, "add this row to the route table of README.md"),
        (&rows, "README.md has a route that openapi.yaml does not have"),
    ));
}

#[test]
fn every_event_of_an_api_function_arrives_by_one_of_its_routes() {
    complain(functions().iter().filter(|function| !function.routes.is_empty()).filter_map(|function| {
        let (event, file) = (event(&function.folder), format!("events/{}.json", function.folder));
        let (key, path) = (text(&event["routeKey"]), text(&event["rawPath"]));
        let routed = filled(&key, &event["pathParameters"]);
        match function.routes.contains(&key) {
            false => Some(format!("{file}: the routeKey `{key}` is none of {:?}", function.routes)),
            true if key != "$default" && routed != path => {
                Some(format!("{file}: rawPath is `{path}`, and its pathParameters make `{routed}`"))
            }
            true => None,
        }
    }));
}

#[test]
fn every_event_of_a_function_behind_a_queue_is_a_batch_of_that_queue_s_messages() {
    let mappings = resources("AWS::Lambda::EventSourceMapping").into_iter();
    let queues = mappings.map(|(_, mapping)| (text(&mapping["FunctionName"]), resource_of(&mapping["EventSourceArn"])));
    let queues: BTreeMap<_, _> = queues.collect();
    complain(functions().iter().filter_map(|function| {
        let (queue, file) = (queues.get(&function.logical_id)?, format!("events/{}.json", function.folder));
        let record = &event(&function.folder)["Records"][0];
        let (body, source) = (text(&record["body"]), text(&record["eventSourceARN"]));
        if !source.contains(&format!("-{queue}-")) {
            return Some(format!("{file}: the first message comes from `{source}`, and template.yaml says {queue}"));
        }
        (!is_message_of(queue, &body)).then(|| format!("{file}: the first body is no message of {queue}: `{body}`"))
    }));
}

#[test]
fn every_event_of_a_function_that_runs_on_a_schedule_is_a_scheduled_event() {
    complain(functions().iter().filter(|function| function.scheduled).filter_map(|function| {
        let (event, file) = (event(&function.folder), format!("events/{}.json", function.folder));
        let sound = event["source"] == "aws.events" && event["detail-type"] == "Scheduled Event";
        (!sound).then(|| format!("{file}: write what EventBridge sends: source `aws.events`, `Scheduled Event`"))
    }));
}

#[test]
fn every_function_has_a_row_in_the_table_of_costs() {
    let page = read("docs/data-model.md");
    let rows = pattern(r"(?m)^\| `([a-z0-9-]+)`");
    let rows: BTreeSet<_> = rows.captures_iter(&page).map(|row| row[1].to_owned()).collect();
    let missing = folders().into_iter().filter(|folder| !rows.contains(folder));
    complain(missing.map(|folder| format!("docs/data-model.md: add what a call of {folder} costs")));
}

#[test]
fn every_xml_example_of_openapi_is_what_its_dialect_writes() {
    let written = "shared/dialects/huddle/examples/written";
    let written: BTreeSet<_> = entries(written).iter().map(|name| read(&format!("{written}/{name}"))).collect();
    let operations = yaml("openapi.yaml");
    let contents = members(&operations["paths"]).flat_map(|(_, item)| members(item)).flat_map(|(_, operation)| {
        members(&operation["responses"]).map(move |(_, answer)| (operation, &answer["content"]))
    });
    let examples = contents.filter_map(|(operation, content)| {
        Some((&operation["operationId"], content["application/vnd.huddle.data+xml"]["example"].as_str()?))
    });
    let strange = examples.filter(|(_, example)| !written.contains(*example));
    complain(
        strange
            .map(|(id, _)| format!("openapi.yaml: take the XML example of {id} from the dialect's `examples/written`")),
    );
}

#[test]
fn every_operation_names_the_permission_that_its_function_asks_for() {
    let names = permission_names();
    complain(operations().iter().filter_map(|operation| {
        let asked = permissions_in(function_of(operation), &names);
        let named: BTreeSet<_> = operation.permission.iter().cloned().collect();
        let id = &operation.id;
        (asked != named)
            .then(|| format!("openapi.yaml: x-permission of {id} is {named:?}, its function asks {asked:?}"))
    }));
}

#[test]
fn the_operations_with_a_permission_are_those_that_an_access_token_opens() {
    let operations = operations();
    let wrong = operations.iter().filter(|operation| {
        let by_token = operation.opened_by == OpenedBy::Token;
        by_token != operation.permission.is_some()
    });
    complain(wrong.map(|Operation { id, .. }| {
        format!("openapi.yaml: {id} needs x-permission, or a `security` of its own (`[]` or a preview's), not both")
    }));
}

#[test]
fn every_variable_of_a_function_is_named_in_the_store() {
    let known = read("shared/store/src/aws.rs");
    let functions = functions();
    let given = functions.iter().flat_map(|f| f.variables.iter().map(move |name| (name, &f.logical_id)));
    let unknown = given.filter(|(name, _)| !known.contains(&format!("\"{name}\"")));
    complain(unknown.map(|(name, id)| {
        format!("template.yaml gives {name} to {id}: name it in shared/store/src/aws.rs (`Variable`), or take it away")
    }));
}

// ---- What is written where. ----

/// The folders of functions/.
fn folders() -> BTreeSet<String> {
    entries("functions").into_iter().filter(|name| path(&format!("functions/{name}")).is_dir()).collect()
}

fn functions() -> Vec<Function> {
    let found = resources("AWS::Serverless::Function").into_iter().map(|(logical_id, properties)| Function {
        folder: last_element(&properties["CodeUri"]),
        routes: members(&properties["Events"])
            .filter(|(_, event)| event["Type"] == "HttpApi")
            .map(|(_, event)| route(event))
            .collect(),
        scheduled: members(&properties["Events"]).any(|(_, event)| event["Type"] == "Schedule"),
        variables: members(&properties["Environment"]["Variables"]).map(|(name, _)| name.clone()).collect(),
        logical_id,
    });
    found.collect()
}

/// The last element of a path, which may end with a slash.
fn last_element(path: &Value) -> String {
    text(path).trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// The resources of a type in template.yaml: logical id and properties.
fn resources(kind: &str) -> Vec<(String, Value)> {
    let template = yaml("template.yaml");
    let of_kind = members(&template["Resources"]).filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(id, resource)| (id.clone(), resource["Properties"].clone())).collect()
}

fn route(event: &Value) -> String {
    match event["Properties"]["Path"].as_str() {
        Some(path) => format!("{} {path}", text(&event["Properties"]["Method"]).to_uppercase()),
        None => "$default".to_owned(),
    }
}

/// The operations that a function's routes are to be described by; `$default` is none.
fn expected_operations(function: &Function) -> Vec<String> {
    let routes: BTreeSet<_> =
        function.routes.iter().filter(|route| *route != "$default").map(|route| described(route)).collect();
    routes.iter().map(|route| format!("{route} as {}", operation_id(function, route))).collect()
}

/// The route as an operation describes it: the casings of a path of Exago's are one, and a parameter is one whatever it stands for.
fn described(route: &str) -> String {
    let (method, path) = route.split_once(' ').unwrap_or_default();
    let path = path.replace("+}", "}");
    let exago = path.to_lowercase().starts_with("/rest/");
    format!("{method} {}", if exago { path.to_lowercase() } else { path })
}

/// The function's name; where the function also serves GET under the same path, any other method has its name behind it:
/// `huddle-get-document-head`, `cxreports-get-pdf-post`. Where it serves the same method under the same path without a base, the one
/// with the base has `-base` behind it: `grafana-send-report-base`.
fn operation_id(function: &Function, route: &str) -> String {
    let (method, path) = route.split_once(' ').unwrap_or_default();
    let serves = |route: String| function.routes.iter().any(|other| described(other) == route);
    let second = method != "GET" && serves(format!("GET {path}"));
    let based = path.strip_prefix(BASE).is_some_and(|path| serves(format!("{method} {path}")));
    let second = if second { behind(method) } else { String::new() };
    format!("{}{second}{}", function.folder, if based { BEHIND_BASE } else { "" })
}

/// What stands behind the function's name in the id of its operation by a second method.
fn behind(method: &str) -> String {
    format!("-{}", method.to_lowercase())
}

/// The resource that `!GetAtt Resource.Arn` is of.
fn resource_of(arn: &Value) -> String {
    text(arn).trim_end_matches(".Arn").to_owned()
}

/// Whether a body is what is sent to this queue, or to the one whose dead letters it takes.
fn is_message_of(queue: &str, body: &str) -> bool {
    let message = serde_json::from_str::<Value>(body).unwrap_or_default();
    let publication = &message["publication"];
    match queue {
        "PublishQueue" | "PublishDeadLetters" => publication["report"].is_string() && publication["sequence"].is_u64(),
        "ExportQueue" | "ExportDeadLetters" => message["export"].as_u64().is_some_and(|id| id < 1 << 53),
        // What SES tells of a mail, as SNS hands it on.
        "MailFeedbackQueue" => message["eventType"].is_string() && message["mail"]["messageId"].is_string(),
        // A new queue: say here what its messages are.
        _ => false,
    }
}

fn operations() -> Vec<Operation> {
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
fn opened_by(security: &Value) -> OpenedBy {
    let Some(schemes) = security.as_array() else { return OpenedBy::Token };
    match schemes.iter().any(|scheme| scheme["previewCookie"].is_array()) {
        true => OpenedBy::Cookie,
        false if schemes.is_empty() => OpenedBy::Nothing,
        false => OpenedBy::Token,
    }
}

/// The name of the function that serves an operation.
fn function_of(operation: &Operation) -> &str {
    let method = operation.route.split_once(' ').unwrap_or_default().0;
    let id = operation.id.strip_suffix(BEHIND_BASE).unwrap_or(&operation.id);
    id.strip_suffix(&behind(method)).unwrap_or(id)
}

/// The operation's row in the README's route table.
fn row(operation: &Operation) -> String {
    let (method, path) = operation.route.split_once(' ').unwrap_or_default();
    let needed = match (&operation.permission, &operation.opened_by) {
        (Some(name), _) => format!("`{name}`"),
        (None, OpenedBy::Cookie) => "cookie".to_owned(),
        (None, _) => "none".to_owned(),
    };
    format!("| {method} | `{path}` | `{}` | {needed} |", function_of(operation))
}

/// The names of the permissions by their variants in shared/domain/src/credential.rs.
fn permission_names() -> BTreeMap<String, String> {
    let source = read("shared/domain/src/credential.rs");
    let names = pattern(r#"Self::(\w+) => "(\w+:\w+)""#);
    names.captures_iter(&source).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// The permissions that a function's source asks for; what it only looks at, to tell more or less, is none of them.
fn permissions_in(function: &str, names: &BTreeMap<String, String>) -> BTreeSet<String> {
    let source = read(&format!("functions/{function}/src/main.rs"));
    let source = pattern(r"\.holds\(Permission::\w+\)").replace_all(&source, "");
    let asked = pattern(r"Permission::(\w+)");
    asked
        .captures_iter(&source)
        .map(|found| names.get(&found[1]).cloned().unwrap_or_else(|| found[1].to_owned()))
        .collect()
}

/// The path of a route with its parameters filled in.
fn filled(route: &str, parameters: &Value) -> String {
    let path = route.split_once(' ').unwrap_or_default().1.to_owned();
    members(parameters).fold(path, |path, (name, value)| {
        path.replace(&format!("{{{name}}}"), &text(value)).replace(&format!("{{{name}+}}"), &text(value))
    })
}

// ---- Reading and comparing. ----

fn path(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(inside)
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names of what a folder holds.
fn entries(folder: &str) -> Vec<String> {
    let listed = fs::read_dir(path(folder)).unwrap_or_else(|error| panic!("{folder}/: {error}"));
    listed.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn event(function: &str) -> Value {
    let file = format!("events/{function}.json");
    serde_json::from_str(&read(&file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A YAML file as JSON, without CloudFormation's tags: `!Ref Api` is `"Api"`.
fn yaml(file: &str) -> Value {
    untagged(serde_yaml_ng::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}")))
}

fn untagged(value: Yaml) -> Value {
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
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `native-create-report` as `NativeCreateReport`.
fn camel_case(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("{error}"))
}

/// What is on one side only, each with what to do about it.
fn compared(left: (&BTreeSet<String>, &str), right: (&BTreeSet<String>, &str)) -> Vec<String> {
    let only = |one: (&BTreeSet<String>, &str), other: &BTreeSet<String>| {
        one.0.difference(other).map(|item| format!("{item}\n    {}", one.1)).collect::<Vec<_>>()
    };
    [only(left, right.0), only(right, left.0)].concat()
}

/// Fails with everything that drifted at once.
fn complain(drifted: impl IntoIterator<Item = String>) {
    let drifted: Vec<_> = drifted.into_iter().collect();
    assert!(drifted.is_empty(), "\n{}\n", drifted.join("\n"));
}
