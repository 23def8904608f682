//! Trees with every fault that the sweep knows.

use super::{
    Kind::{Folder, Report},
    *,
};
use serde_json::json;

fn node(id: &str, parent: &str, name: &str, kind: Kind, children: u64) -> Node {
    Node { id: id.into(), parent: parent.into(), name: name.into(), kind, children }
}

/// The rows of a report.
fn rows(node: &Node) -> [Row; 3] {
    let Node { id, parent, name, .. } = node;
    ORDERS.map(|order| Row { order: order.into(), id: id.clone(), parent: parent.clone(), name: name.clone() })
}

/// The nodes with the name items, the rows and the count that belong to them.
fn snapshot(nodes: Vec<Node>) -> Snapshot {
    let name = |Node { id, parent, name, kind, .. }: &Node| Name {
        parent: parent.clone(),
        name: name.clone(),
        id: id.clone(),
        kind: *kind,
    };
    let reports: Vec<_> = nodes.iter().filter(|node| node.kind == Report).collect();
    let (rows, count) = (reports.iter().flat_map(|node| rows(node)).collect(), i64::try_from(reports.len()).unwrap());
    Snapshot { root: "ws".into(), names: nodes.iter().map(name).collect(), rows, count, nodes }
}

fn sound() -> Snapshot {
    snapshot(vec![
        node("1", "ws", "a", Folder, 2),
        node("2", "1", "b", Folder, 0),
        node("3", "1", "Plan", Report, 0),
        node("4", "ws", "A", Folder, 0),
    ])
}

#[track_caller]
fn faults(change: impl Fn(&mut Snapshot)) -> Vec<String> {
    let mut snapshot = sound();
    change(&mut snapshot);
    snapshot.faults()
}

#[test]
fn a_sound_tree_has_no_faults_and_its_paths() {
    assert_eq!(sound().faults(), Vec::<String>::new());
    let paths = sound().paths();
    let paths: Vec<_> = paths.iter().map(|(path, kind)| (path.as_str(), *kind)).collect();
    assert_eq!(paths, [("A", Folder), ("a", Folder), ("a/Plan", Report), ("a/b", Folder)]);
}

#[test]
fn an_orphan_is_found() {
    let found = faults(|snapshot| {
        snapshot.nodes.remove(0);
        snapshot.names.remove(0);
    });
    assert_eq!(
        found,
        [
            "Folder \"b\" (2) is in 1, which is no folder of the tree.",
            "Report \"Plan\" (3) is in 1, which is no folder of the tree.",
        ]
    );
}

#[test]
fn a_node_in_a_report_is_an_orphan() {
    let found = snapshot(vec![node("1", "ws", "Plan", Report, 0), node("2", "1", "b", Folder, 0)]).faults();
    assert_eq!(found, ["Folder \"b\" (2) is in 1, which is no folder of the tree."]);
}

#[test]
fn a_cycle_is_found_with_what_is_below_it() {
    let cycle = snapshot(vec![
        node("1", "2", "a", Folder, 1),
        node("2", "1", "b", Folder, 2),
        node("3", "2", "c", Folder, 0),
        node("4", "ws", "d", Folder, 0),
    ]);
    let found = cycle.faults();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|fault| fault.ends_with("is in or below a cycle.")), "{found:?}");
    assert_eq!(cycle.paths().len(), 1);
}

#[test]
fn two_siblings_with_one_name_are_found() {
    let found = faults(|snapshot| {
        let twin = node("5", "ws", "a", Report, 0);
        snapshot.rows.extend(rows(&twin));
        snapshot.count += 1;
        snapshot.nodes.push(twin);
        snapshot.names.push(Name { parent: "ws".into(), name: "a".into(), id: "5".into(), kind: Report });
    });
    assert_eq!(found, ["Report \"a\" (5) has the name of another node in ws."]);
}

#[test]
fn a_node_without_its_name_item_is_found() {
    assert_eq!(faults(|snapshot| drop(snapshot.names.remove(1))), ["Folder \"b\" (2) has no name item in 1."]);
}

#[test]
fn a_name_item_without_its_node_is_found() {
    let found = faults(|snapshot| {
        let name = Name { name: "old".into(), ..snapshot.names[1].clone() };
        snapshot.names.push(name);
    });
    assert_eq!(found, ["The name \"old\" in 1 is taken by Folder 2, which is not there."]);
}

#[test]
fn a_name_item_that_takes_a_folder_for_a_report_is_found() {
    let found = faults(|snapshot| snapshot.names[1].kind = Report);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_wrong_number_of_children_is_found() {
    assert_eq!(faults(|snapshot| snapshot.nodes[0].children = 3), ["Folder \"a\" (1) counts 3 children and has 2."]);
    assert_eq!(faults(|snapshot| snapshot.nodes[3].children = 1), ["Folder \"A\" (4) counts 1 children and has 0."]);
}

#[test]
fn a_report_that_a_list_shows_otherwise_or_not_at_all_is_found() {
    let missing = "\"Plan\" (3) is not listed by name.";
    assert_eq!(faults(|snapshot| drop(snapshot.rows.remove(0))), [missing]);
    let twice = faults(|snapshot| snapshot.rows.push(snapshot.rows[0].clone()));
    assert_eq!(twice, ["\"Plan\" (3) is listed by name and not so in the tree."]);
    let moved = faults(|snapshot| snapshot.rows[0].parent = "ws".into());
    assert_eq!(moved, ["\"Plan\" (3) is listed by name and not so in the tree.", missing]);
    assert_eq!(faults(|snapshot| snapshot.count = 2), ["2 reports are counted and 1 are there."]);
    assert_eq!(faults(|snapshot| snapshot.count = -1), ["-1 reports are counted and 1 are there."]);
}

#[test]
fn a_list_that_tells_otherwise_is_found() {
    let entity = |name: &str, entity: serde_json::Value| json!({"name": name, "leaf_flag": false, "readonly_flag": false, "type": null, "user": "u", "entity": entity});
    let listing =
        Listing::read(&json!({"entity": [entity("A", json!([])), entity("a", json!([entity("c", json!([]))]))]}));
    let found = sound().differences(&listing);
    assert_eq!(found, ["Report a/Plan is not listed.", "Folder a/b is not listed.", "Folder a/c is listed only.",]);
}

#[test]
fn items_are_read_as_the_store_writes_them() {
    let item = |pairs: &[(&str, &str)]| -> Item {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), AttributeValue::S((*value).to_owned()))).collect()
    };
    let mut folder = item(&[("pk", "TREE#ws"), ("sk", "1"), ("parent", "ws"), ("name", "a"), ("node", "folder")]);
    folder.insert("children".into(), AttributeValue::N("1".into()));
    let mut snapshot = Snapshot { root: "ws".into(), ..Snapshot::default() };
    snapshot.add_all(vec![
        item(&[("pk", "TREE#ws"), ("sk", "ws"), ("node", "folder")]),
        folder,
        item(&[("pk", "TREE#ws"), ("sk", "2"), ("parent", "1"), ("name", "Plan"), ("node", "report")]),
        item(&[("pk", "NAMES#ws#ws"), ("sk", "a"), ("id", "1"), ("node", "folder")]),
        item(&[("pk", "NAMES#ws#1"), ("sk", "Plan"), ("id", "2"), ("node", "report")]),
    ]);
    for order in ORDERS {
        let pk = format!("REPORTS#{order}#ws");
        snapshot.add(&item(&[("pk", &pk), ("sk", "key"), ("uid", "2"), ("parent", "1"), ("name", "Plan")]));
    }
    for (part, reports) in [("03", "2"), ("07", "-1")] {
        let mut count = item(&[("pk", "COUNT#ws"), ("sk", part)]);
        count.insert("reports".into(), AttributeValue::N(reports.into()));
        snapshot.add(&count);
    }
    assert_eq!(
        snapshot,
        Snapshot {
            root: "ws".into(),
            nodes: vec![node("1", "ws", "a", Folder, 1), node("2", "1", "Plan", Report, 0)],
            names: snapshot.names.clone(),
            rows: rows(&node("2", "1", "Plan", Report, 0)).into(),
            count: 1,
        }
    );
    assert_eq!(snapshot.faults(), Vec::<String>::new());
}

#[test]
fn the_workspace_of_an_item_is_in_its_key() {
    let item = |pk: &str| Item::from([("pk".to_owned(), AttributeValue::S(pk.to_owned()))]);
    assert_eq!(workspace(&item("TREE#ws-1")), Some("ws-1"));
    assert_eq!(workspace(&item("NAMES#ws-1#folder")), Some("ws-1"));
    assert_eq!(workspace(&item("REPORTS#name#ws-1")), Some("ws-1"));
    assert_eq!(workspace(&item("COUNT#ws-1")), Some("ws-1"));
    assert_eq!(workspace(&item("COUNTER#REPORT")), None);
    assert_eq!(workspace(&item("REPORT#1")), None);
}
