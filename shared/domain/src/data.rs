//! JSON that the service hands on without looking inside: the data of reports, their definitions as they are kept, and the parameters of
//! renditions.
//!
//! A [`serde_json::Value`] takes up to 75 times the memory of its text, and a request carries 6 MB. [`Data`] is checked as it is read,
//! token by token, and kept as text. It is parsed where its values are needed: in the process that renders, which has a limit.

use serde::de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::{Map, Value, value::RawValue};
use std::{fmt, sync::Arc};

/// JSON as text, without white space. Numbers have the digits that they were sent with. A copy takes no memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data(Arc<str>);

impl Data {
    /// Text that is known to be JSON, such as what another process of ours sends.
    pub fn trusted(text: String) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it says nothing.
    pub fn is_null(&self) -> bool {
        self.text() == "null"
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.text().starts_with('{')
    }

    /// The string, if it is one.
    pub fn string(&self) -> Option<String> {
        self.text().starts_with('"').then(|| self.parse().ok()).flatten()
    }

    /// How deep lists and objects stand inside one another: 0 for a plain value.
    pub fn levels(&self) -> usize {
        let (mut open, mut most) = (0_usize, 0);
        for mark in self.marks() {
            match mark {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            most = most.max(open);
        }
        most
    }

    /// How many values it holds, lists and objects counted. An empty list counts as if it had an item.
    pub fn values(&self) -> usize {
        1 + self.marks().filter(|mark| matches!(mark, b'[' | b'{' | b',')).count()
    }

    /// Reads the values: see the top of this module before you do.
    ///
    /// # Errors
    /// When they are of another type.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.text())
    }

    /// The same text, for serde.
    ///
    /// # Errors
    /// None that happens: the text is JSON.
    pub fn raw(&self) -> serde_json::Result<&RawValue> {
        serde_json::from_str(self.text())
    }

    /// The brackets, commas and colons outside of strings, with the digits and letters between them.
    fn marks(&self) -> impl Iterator<Item = u8> {
        let (mut inside, mut escaped) = (false, false);
        self.text().bytes().filter(move |byte| {
            let outside = !inside;
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => inside = !inside,
                _ => {}
            }
            outside
        })
    }
}

/// `null`.
impl Default for Data {
    fn default() -> Self {
        Self("null".into())
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        Self::trusted(value.to_string())
    }
}

impl From<Map<String, Value>> for Data {
    fn from(members: Map<String, Value>) -> Self {
        Value::Object(members).into()
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw().map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        Written(&mut text).deserialize(deserializer)?;
        Ok(Self::trusted(text))
    }
}

/// Reads JSON that we wrote ourselves: it is not checked again.
///
/// # Errors
/// For what is no JSON at all.
pub fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(Data(Box::<str>::from(raw).into()))
}

/// The members of an object in their order, each as text.
#[derive(Debug, Default)]
pub struct Members(pub Vec<(String, Data)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnObject;
        impl<'de> Visitor<'de> for AnObject {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(AnObject)
    }
}

/// Reads an object.
///
/// # Errors
/// For any other value.
pub fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
    let Members(members) = Members::deserialize(deserializer)?;
    let mut text = String::from("{");
    for (n, (key, data)) in members.iter().enumerate() {
        text.push_str(if n == 0 { "" } else { "," });
        Written(&mut text).string(key)?;
        text.push(':');
        text.push_str(data.text());
    }
    text.push('}');
    Ok(Data::trusted(text))
}

/// The key under which serde_json hands on a number with its digits.
const NUMBER: &str = "$serde_json::private::Number";

/// Writes what it reads.
struct Written<'a>(&'a mut String);

impl Written<'_> {
    fn string<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        self.0.push_str(&serde_json::to_string(text).map_err(E::custom)?);
        Ok(())
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        self.string(key)?;
        self.0.push(':');
        map.next_value_seed(Written(self.0))
    }
}

impl<'de> DeserializeSeed<'de> for Written<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Written<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let Some(first) = map.next_key::<String>()? else {
            self.0.push_str("{}");
            return Ok(());
        };
        if first == NUMBER {
            let digits = map.next_value::<String>()?;
            if !is_number(&digits) {
                return Err(de::Error::custom("invalid number"));
            }
            self.0.push_str(&digits);
            return Ok(());
        }
        self.0.push('{');
        self.member(&first, &mut map)?;
        while let Some(key) = map.next_key::<String>()? {
            self.0.push(',');
            self.member(&key, &mut map)?;
        }
        self.0.push('}');
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut between = '[';
        loop {
            let end = self.0.len();
            self.0.push(between);
            if items.next_element_seed(Written(self.0))?.is_none() {
                self.0.truncate(end);
                break;
            }
            between = ',';
        }
        self.0.push_str(if between == '[' { "[]" } else { "]" });
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.0.push_str(&number.to_string());
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        self.0.push_str(&number.to_string());
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        self.0.push_str(&Value::from(number).to_string());
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<(), E> {
        self.0.push_str(if truth { "true" } else { "false" });
        Ok(())
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<(), E> {
        self.string(text)
    }
}

/// Whether a text is a number of JSON; an object may have the key of one.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (number, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(number, rest)| (number, Some(rest)));
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> Result<Data, String> {
        serde_json::from_str::<Data>(text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_text_keeps_every_digit_and_the_order_of_members() {
        let text = r#"{"z": [ 1.50, -7, 1E400, 18446744073709551616 , 0.10000000000000000001],"a":{ } , "e":[ ],"n":null,"t":true,"s":"\u00fc\"\n"}"#;
        let expected = r#"{"z":[1.50,-7,1e+400,18446744073709551616,0.10000000000000000001],"a":{},"e":[],"n":null,"t":true,"s":"ü\"\n"}"#;
        assert_eq!(read(text).unwrap().text(), expected);
        assert_eq!(serde_json::to_string(&json!([read(text).unwrap()])).unwrap(), format!("[{expected}]"));
        assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), expected);
        let mut reader = serde_json::Deserializer::from_str(expected);
        assert_eq!(kept(&mut reader).unwrap(), read(text).unwrap());
    }

    #[test]
    fn what_a_parser_refuses_is_refused_in_its_words() {
        let deep = "[".repeat(128);
        let bad = ["", "{", "[1,]", "01", "1.", "nul", "\"\\ud800\"", "\"\u{1}\"", "{\"a\" 1}", "[1] 2", "'a'", &deep];
        for text in bad {
            let expected = serde_json::from_str::<Value>(text).unwrap_err().to_string();
            assert_eq!(read(text), Err(expected), "{text}");
        }
        // An object whose key is that of serde_json for numbers.
        let number = read(r#"{"$serde_json::private::Number":"1x"}"#).unwrap_err();
        assert!(number.starts_with("invalid number"), "{number}");
    }

    #[test]
    fn depth_and_number_of_values_are_counted_outside_of_strings() {
        let table = [
            ("1", 0, 1),
            ("\"[{,\\\"[\"", 0, 1),
            ("[]", 1, 2),
            ("[[1,2],{\"a,\":[3]}]", 3, 7),
            ("{\"[\":\"\\\\\"}", 1, 2),
        ];
        for (text, levels, values) in table {
            let data = read(text).unwrap();
            assert_eq!((data.levels(), data.values()), (levels, values), "{text}");
        }
    }

    #[test]
    fn members_come_in_their_order_and_may_repeat() {
        let Members(members) = serde_json::from_str(r#"{"b":1,"a":[2],"b":"x"}"#).unwrap();
        let told: Vec<_> = members.iter().map(|(key, data)| (key.as_str(), data.text())).collect();
        assert_eq!(told, [("b", "1"), ("a", "[2]"), ("b", "\"x\"")]);
        assert!(
            serde_json::from_str::<Members>("[]")
                .unwrap_err()
                .to_string()
                .ends_with("expected a map at line 1 column 0")
        );
    }

    #[test]
    fn a_string_is_told_from_other_values() {
        assert_eq!(read(" \"a\\nb\"").unwrap().string().as_deref(), Some("a\nb"));
        assert_eq!(read("[\"a\"]").unwrap().string(), None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect()))
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_the_same_afterwards(value in any_json()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let data = read(&pretty).unwrap();
            prop_assert_eq!(data.text(), value.to_string());
            prop_assert_eq!(data.parse::<Value>().unwrap(), value);
        }
    }
}
