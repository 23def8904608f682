//! The filters of MiniJinja, with values as reports have them: what becomes a text is the text that `{{ }}` prints, null has no items, and
//! null among numbers is not counted in.

use minijinja::value::{Kwargs, Rest, Value as Variable, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State, filters, tests};

use super::values::shown;

type Outcome = Result<Variable, Error>;

/// Puts a filter or test in the place of each of MiniJinja's that would read some values otherwise.
pub fn add(environment: &mut Environment<'static>) {
    for (name, filter, texts) in of_texts() {
        wrap(environment, name, filter, move |_, arguments| convert(arguments, texts, text));
    }
    for (name, filter) in of_lists() {
        wrap(environment, name, filter, |_, arguments| convert(arguments, 1, |value| Ok(list(value))));
    }
    for (name, filter) in of_objects() {
        wrap(environment, name, filter, |_, arguments| convert(arguments, 1, |value| Ok(object(value))));
    }
    let format = Variable::from_function(filters::format);
    wrap(environment, "format", format, |_, arguments| convert(arguments, usize::MAX, inserted));
    wrap(environment, "sum", Variable::from_function(filters::sum), without_null);
    add_extremes(environment);
    add_roundings(environment);
    add_join(environment);
    add_json(environment);
    add_tests(environment);
}

/// The filters whose first arguments are texts, and how many of them.
fn of_texts() -> [(&'static str, Variable, usize); 13] {
    let escape = Variable::from_function(filters::escape);
    [
        ("capitalize", Variable::from_function(filters::capitalize), 1),
        ("e", escape.clone(), 1),
        ("escape", escape, 1),
        ("indent", Variable::from_function(filters::indent), 1),
        ("lines", Variable::from_function(filters::lines), 1),
        ("lower", Variable::from_function(filters::lower), 1),
        ("replace", Variable::from_function(filters::replace), 3),
        ("safe", Variable::from_function(filters::safe), 1),
        ("split", Variable::from_function(filters::split), 1),
        ("string", Variable::from_function(filters::string), 1),
        ("title", Variable::from_function(filters::title), 1),
        ("trim", Variable::from_function(filters::trim), 1),
        ("upper", Variable::from_function(filters::upper), 1),
    ]
}

/// The filters of lists that refuse null; all others take it for an empty list.
fn of_lists() -> [(&'static str, Variable); 4] {
    let length = Variable::from_function(filters::length);
    [
        ("count", length.clone()),
        ("first", Variable::from_function(filters::first)),
        ("last", Variable::from_function(filters::last)),
        ("length", length),
    ]
}

/// The filters of objects.
fn of_objects() -> [(&'static str, Variable); 2] {
    [("dictsort", Variable::from_function(filters::dictsort)), ("items", Variable::from_function(filters::items))]
}

/// Adds a filter of MiniJinja with its arguments prepared.
fn wrap<F>(environment: &mut Environment<'static>, name: &'static str, filter: Variable, prepare: F)
where
    F: Fn(&mut State, &mut [Variable]) -> Result<(), Error> + Send + Sync + 'static,
{
    environment.add_filter(name, move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
        let mut arguments = arguments.into_values();
        prepare(state, &mut arguments)?;
        filter.call(state, &arguments)
    });
}

fn convert(arguments: &mut [Variable], count: usize, into: impl Fn(&Variable) -> Outcome) -> Result<(), Error> {
    for argument in arguments.iter_mut().take(count) {
        // What is undefined stays so: it is an error of its own.
        if !argument.is_undefined() {
            *argument = into(argument)?;
        }
    }
    Ok(())
}

/// A value as `{{ }}` prints it.
fn text(value: &Variable) -> Outcome {
    if value.as_str().is_some() || value.is_kwargs() || value.is_undefined() {
        return Ok(value.clone());
    }
    Ok(shown(value)?.into_owned().into())
}

fn list(value: &Variable) -> Variable {
    if value.is_none() { Variable::from(Vec::<Variable>::new()) } else { value.clone() }
}

fn object(value: &Variable) -> Variable {
    if value.is_none() { Variable::from_pairs(Vec::<(Variable, Variable)>::new()) } else { value.clone() }
}

/// A value that is put into a format such as `%s`: numbers stay numbers, for `%d` and `%f`.
fn inserted(value: &Variable) -> Outcome {
    match value.kind() {
        ValueKind::Number => Ok(shown(value)?.parse::<i128>().map_or_else(|_| value.clone(), Variable::from)),
        ValueKind::Map if value.is_kwargs() => {
            let named = Kwargs::try_from(value.clone())?;
            let member = |name| Ok((name, inserted(&named.peek(name)?)?));
            Ok(named.args().map(member).collect::<Result<Kwargs, Error>>()?.into())
        }
        ValueKind::Map => {
            let member = |name: Variable| Ok((name.clone(), inserted(&value.get_item(&name)?)?));
            Ok(Variable::from_pairs(value.try_iter()?.map(member).collect::<Result<Vec<_>, Error>>()?))
        }
        _ => text(value),
    }
}

/// Takes what is null, or has null in the attribute that counts, out of the list.
fn without_null(state: &mut State, arguments: &mut [Variable]) -> Result<(), Error> {
    let named = arguments.last().filter(|last| last.is_kwargs()).cloned().map(Kwargs::try_from).transpose()?;
    let attribute = named.map(|named| named.get::<Option<Variable>>("attribute")).transpose()?.flatten();
    let positional = arguments.get(1).filter(|second| !second.is_kwargs() && !second.is_none()).cloned();
    let Some(list) = arguments.first_mut().filter(|list| !list.is_undefined()) else { return Ok(()) };
    let test = Variable::from("none");
    *list = match positional.or(attribute) {
        Some(attribute) => state.apply_filter("rejectattr", &[list.clone(), attribute, test])?,
        None => state.apply_filter("reject", &[list.clone(), test])?,
    };
    Ok(())
}

/// The least and the greatest. Of nothing but null they are null.
fn add_extremes(environment: &mut Environment<'static>) {
    for (name, filter) in
        [("min", Variable::from_function(filters::min)), ("max", Variable::from_function(filters::max))]
    {
        environment.add_filter(name, move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
            let mut arguments = arguments.into_values();
            let before = arguments.first().and_then(Variable::len);
            without_null(state, &mut arguments)?;
            let found = filter.call(state, &arguments)?;
            Ok::<_, Error>(if found.is_undefined() && before.is_some_and(|len| len > 0) { ().into() } else { found })
        });
    }
}

/// The filters of one number. Of null they are null.
fn add_roundings(environment: &mut Environment<'static>) {
    for (name, filter) in
        [("abs", Variable::from_function(filters::abs)), ("round", Variable::from_function(filters::round))]
    {
        environment.add_filter(name, move |state: &mut State, value: Variable, rest: Rest<ValueOrKwargs>| {
            if value.is_none() {
                return Ok(value);
            }
            let arguments: Vec<Variable> = [value].into_iter().chain(rest.into_values()).collect();
            filter.call(state, &arguments)
        });
    }
}

fn add_join(environment: &mut Environment<'static>) {
    let join = Variable::from_function(filters::join);
    let filter = move |state: &mut State,
                       list: Variable,
                       between: Option<Variable>,
                       attribute: Option<Variable>,
                       named: Kwargs|
          -> Outcome {
        let between = between.or(named.get("d")?);
        let attribute = attribute.or(named.get("attribute")?);
        named.assert_all_used()?;
        let list = match attribute {
            Some(attribute) => {
                state.apply_filter("map", &[list, Kwargs::from_iter([("attribute", attribute)]).into()])?
            }
            None => list,
        };
        let between = between.as_ref().map(text).transpose()?;
        let list = match list.try_iter() {
            Ok(items) => items.checked().map(|item| text(&item?)).collect::<Result<Vec<_>, Error>>()?.into(),
            Err(_) => list,
        };
        let arguments: Vec<Variable> = [list].into_iter().chain(between).collect();
        join.call(state, &arguments)
    };
    environment.add_filter("join", filter);
}

/// JSON is no Markdown, although it is safe in HTML.
fn add_json(environment: &mut Environment<'static>) {
    let filter = Variable::from_function(filters::tojson);
    environment.add_filter("tojson", move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
        let json = filter.call(state, &arguments.into_values())?;
        Ok::<_, Error>(json.as_str().map(str::to_owned))
    });
}

fn add_tests(environment: &mut Environment<'static>) {
    let (starts, ends) =
        (Variable::from_function(tests::is_startingwith), Variable::from_function(tests::is_endingwith));
    for (name, test) in [("startingwith", starts), ("endingwith", ends)] {
        environment.add_test(name, move |state: &mut State, value: Variable, part: Variable| {
            test.call(state, &[text(&value)?, text(&part)?])
        });
    }
}
