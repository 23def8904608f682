//! Items of DynamoDB, and how much of them it charges for.

use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// An item.
pub type Item = HashMap<String, AttributeValue>;

/// A read unit: so many bytes of an item or of a query.
const READ_UNIT: usize = 4096;

/// An item of texts and numbers.
pub fn item(texts: &[(&str, &str)], numbers: &[(&str, usize)]) -> Item {
    let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), AttributeValue::S((*text).to_owned())));
    let numbers = numbers.iter().map(|(name, n)| ((*name).to_owned(), AttributeValue::N(n.to_string())));
    texts.chain(numbers).collect()
}

/// The size of an item as DynamoDB counts it: the names and the values of its attributes.
pub fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        // Two digits a byte, and one more.
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        // Of maps there are only empty ones.
        AttributeValue::M(_) => 3,
        _ => 1,
    }
}

/// What a strongly consistent read of so many bytes costs.
pub fn read_units(bytes: usize) -> usize {
    bytes.div_ceil(READ_UNIT).max(1)
}
