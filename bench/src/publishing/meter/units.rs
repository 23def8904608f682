//! The units that DynamoDB charges for a request. Of writes the emulator tells them, of reads it does not know the sizes.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use std::{io, ops::AddAssign};

/// Read and write units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    pub read: f64,
    pub write: f64,
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.write += other.write;
    }
}

/// A read unit: so many bytes, read as they are now; half a unit as they were a moment ago.
const READ_UNIT: usize = 4096;

/// Has a write answer its units. Answers the request.
pub fn ask(operation: &str, body: &mut Vec<u8>) -> io::Result<Value> {
    let mut request: Value = serde_json::from_slice(body)?;
    if is_write(operation) {
        request["ReturnConsumedCapacity"] = "TOTAL".into();
        *body = serde_json::to_vec(&request)?;
    }
    Ok(request)
}

fn is_write(operation: &str) -> bool {
    ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"].contains(&operation)
}

/// The units of a request that was answered so.
pub fn units(operation: &str, request: &Value, status: u16, answer: &[u8]) -> Units {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    if is_write(operation) {
        // A refused write costs as much as one of the item that it found, which has up to 1 KB.
        let refused = request["TransactItems"].as_array().map_or(1.0, |actions| 2.0 * actions.len() as f64);
        return Units { read: 0.0, write: if status == 200 { told(&answer["ConsumedCapacity"]) } else { refused } };
    }
    let read = match operation {
        "GetItem" => read_units(size(&answer["Item"]), request),
        "Query" => read_units(answer["Items"].as_array().into_iter().flatten().map(size).sum(), request),
        "BatchGetItem" => objects(&request["RequestItems"]).map(|(table, asked)| batch(asked, &answer, table)).sum(),
        _ => f64::NAN,
    };
    Units { read, write: 0.0 }
}

/// Of one table, or of several.
fn told(consumed: &Value) -> f64 {
    let of = |one: &Value| one["CapacityUnits"].as_f64().unwrap_or(f64::NAN);
    consumed.as_array().map_or_else(|| of(consumed), |tables| tables.iter().map(of).sum())
}

/// Each key by itself; those that are not there cost a unit too.
fn batch(asked: &Value, answer: &Value, table: &str) -> f64 {
    let items = answer["Responses"][table].as_array().map(Vec::as_slice).unwrap_or_default();
    let missing = asked["Keys"].as_array().map_or(0, Vec::len) - items.len();
    let found: f64 = items.iter().map(|item| read_units(size(item), asked)).sum();
    found + missing as f64 * read_units(0, asked)
}

fn read_units(bytes: usize, request: &Value) -> f64 {
    let units = bytes.div_ceil(READ_UNIT).max(1) as f64;
    if request["ConsistentRead"] == true { units } else { units / 2.0 }
}

/// The size of an item as DynamoDB counts it: the names and the values of its attributes.
fn size(item: &Value) -> usize {
    objects(item).map(|(name, value)| name.len() + objects(value).map(value_size).sum::<usize>()).sum()
}

fn objects(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn value_size((kind, value): (&String, &Value)) -> usize {
    let text = || value.as_str().unwrap_or_default();
    let list = || value.as_array().map(Vec::as_slice).unwrap_or_default();
    match kind.as_str() {
        "S" => text().len(),
        // Two digits a byte, and one more.
        "N" => text().len().div_ceil(2) + 1,
        "B" => STANDARD.decode(text()).map_or(0, |bytes| bytes.len()),
        "SS" | "NS" => list().iter().map(|one| one.as_str().map_or(0, str::len)).sum(),
        "L" => 3 + list().iter().map(|one| 1 + objects(one).map(value_size).sum::<usize>()).sum::<usize>(),
        "M" => 3 + objects(value).count() + size(value),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(operation: &str, request: Value, status: u16, answer: Value) -> Units {
        units(operation, &request, status, &serde_json::to_vec(&answer).unwrap())
    }

    #[test]
    fn reads_are_by_size() {
        let item = |bytes: usize| json!({"a": {"S": "x".repeat(bytes - 1)}});
        let now = json!({"ConsistentRead": true});
        let read = |operation: &str, request: &Value, answer: Value| of(operation, request.clone(), 200, answer).read;
        assert_eq!(read("GetItem", &now, json!({"Item": item(4096)})), 1.0);
        assert_eq!(read("GetItem", &now, json!({"Item": item(4097)})), 2.0);
        assert_eq!(read("GetItem", &json!({}), json!({})), 0.5);
        assert_eq!(read("Query", &now, json!({"Items": [item(3000), item(3000)]})), 2.0);
        let keys = json!({"RequestItems": {"t": {"ConsistentRead": true, "Keys": [{}, {}, {}]}}});
        assert_eq!(read("BatchGetItem", &keys, json!({"Responses": {"t": [item(100), item(5000)]}})), 4.0);
    }

    #[test]
    fn writes_are_as_told() {
        let write = |request: Value, status, answer: Value| of("TransactWriteItems", request, status, answer).write;
        let two = json!({"TransactItems": [{}, {}]});
        let told = json!({"ConsumedCapacity": [{"CapacityUnits": 4.0}, {"CapacityUnits": 2.0}]});
        assert_eq!(write(two.clone(), 200, told), 6.0);
        assert_eq!(write(two, 400, json!({})), 4.0);
        assert_eq!(of("UpdateItem", json!({}), 400, json!({})).write, 1.0);
    }
}
