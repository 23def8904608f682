//! The operators of templates that depend on how reports have values: what is joined is joined as it is printed, and nothing is neither
//! smaller nor larger than anything.

use domain::template::OPERATORS;
use minijinja::value::Value as Variable;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

use super::values::shown;

/// The tests of MiniJinja that compare, by the operator that each is.
const TESTS: [(&str, &[&str]); 4] =
    [("<", &["<", "lt", "lessthan"]), ("<=", &["<=", "le"]), (">", &[">", "gt", "greaterthan"]), (">=", &[">=", "ge"])];

/// Adds a filter for each operator, and the tests that compare as operators do.
pub fn add(environment: &mut Environment<'static>) {
    for operator in OPERATORS {
        environment.add_filter(operator, move |state: &mut State, left: Variable, right: Variable| {
            if left.is_undefined() || right.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            match operator {
                "~" => joined(state, &left, &right),
                _ => Ok(compare(operator, &left, &right).into()),
            }
        });
    }
    for (operator, names) in TESTS {
        for name in names {
            environment.add_test(*name, move |left: &Variable, right: &Variable| compare(operator, left, right));
        }
    }
}

/// Two values as they are printed. Beside Markdown that may be markup, the other value is shown as it is.
fn joined(state: &mut State, left: &Variable, right: &Variable) -> Result<Variable, Error> {
    let escapes = !matches!(state.auto_escape(), AutoEscape::None);
    if escapes && (left.is_safe() || right.is_safe()) {
        return Ok(Variable::from_safe_string(state.format(left.clone())? + &state.format(right.clone())?));
    }
    Ok((shown(left)?.into_owned() + &shown(right)?).into())
}

fn compare(operator: &str, left: &Variable, right: &Variable) -> bool {
    let is_there = |value: &Variable| !value.is_none() && !value.is_undefined();
    let order = (is_there(left) && is_there(right)).then(|| left.cmp(right));
    order.is_some_and(|order| match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}
