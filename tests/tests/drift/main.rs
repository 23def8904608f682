//! One name everywhere: what the repository says of a function in its folder, crate, template resource, routes, OpenAPI
//! operations, sample event and README row is joined here, in [`watching`] what it says of alarms, metrics and limits, and in [`schema`] what it says of a definition, in [`stored`] what is stored. A place that
//! drifted from the others fails, and the message says what to add where. Needs no running stack: only files are read.

mod places;
mod schema;
mod stored;
mod watching;

use places::*;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn every_folder_of_functions_is_a_crate_of_that_name() {
    let name = pattern(r#"(?m)^package = \{ name = "([^"]+)""#);
    complain(folders().into_iter().filter_map(|folder| {
        let file = format!("functions/{folder}/Cargo.toml");
        let given = name.captures(&read(&file)).map(|found| found[1].to_owned()).unwrap_or_default();
        (given != folder).then(|| format!("{file}: the crate is called `{given}`, not `{folder}`"))
    }));
}

#[test]
fn every_folder_of_functions_has_a_resource_in_the_template_and_every_resource_a_folder() {
    let line = |id: &str, folder: &str| format!("{id} with Handler {folder}");
    let expected = folders().iter().map(|folder| line(&camel_case(folder), folder)).collect();
    let declared = functions().iter().map(|function| line(&function.logical_id, &function.folder)).collect();
    complain(compared(
        (&expected, "add this function to template.yaml, with this Handler"),
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
    let named = |operation: &Operation| format!("{} as {}", operation.route, operation.id);
    let described = operations().iter().filter(|operation| !operation.route.starts_with("HEAD ")).map(named).collect();
    complain(compared(
        (&routes, "describe this route in the operation.yaml of its function, with this operationId"),
        (&described, "an operation.yaml describes what is no route in function.yaml"),
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
