//! The expressions of Artillery's conditions: comparisons of metrics and numbers, joined by `and`, `or` and `not`, with the four
//! kinds of arithmetic and brackets.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An Expression is a condition or a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A metric's name.
    Name(String),
    /// `not a`, `-a`.
    One(Unary, Box<Self>),
    /// `a < b`, `a and b`, `a / b`.
    Two(Binary, Box<Self>, Box<Self>),
}

/// An operator on one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unary {
    /// `not`
    Not,
    /// `-`
    Minus,
}

/// An operator between two things, loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binary {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
}

impl Binary {
    const ALL: [(&'static str, Self, u8); 12] = [
        ("or", Self::Or, 0),
        ("and", Self::And, 1),
        ("==", Self::Equal, 2),
        ("!=", Self::NotEqual, 2),
        ("<=", Self::AtMost, 2),
        (">=", Self::AtLeast, 2),
        ("<", Self::Below, 2),
        (">", Self::Above, 2),
        ("+", Self::Plus, 3),
        ("-", Self::Minus, 3),
        ("*", Self::Times, 4),
        ("/", Self::Over, 4),
    ];

    fn row(self) -> (&'static str, u8) {
        Self::ALL.iter().find(|(_, one, _)| *one == self).map_or(("", 0), |(sign, _, level)| (sign, *level))
    }
}

/// What an expression is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Worth {
    /// A condition.
    Truth(bool),
    /// A number.
    Number(f64),
}

/// Deeper than this nobody writes conditions.
const DEEPEST: usize = 64;

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What was found instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let mut reader = Reader { tokens: &tokens, at: 0, depth: 0 };
        let read = reader.level(0)?;
        match tokens.get(reader.at) {
            None => Ok(read),
            Some(rest) => Err(format!("`{rest}` in `{}` comes too late", text.trim())),
        }
    }

    /// What it is worth. `None` where a metric is not known, or a part of nothing is asked for, and that decides.
    pub fn worth(&self, of: &impl Fn(&str) -> Option<f64>) -> Option<Worth> {
        let number = |worth: Option<Worth>| match worth? {
            Worth::Number(number) => Some(number),
            Worth::Truth(_) => None,
        };
        let truth = |worth: Option<Worth>| match worth? {
            Worth::Truth(truth) => Some(truth),
            Worth::Number(_) => None,
        };
        match self {
            Self::Number(value) => Some(Worth::Number(*value)),
            Self::Name(name) => of(name).map(Worth::Number),
            Self::One(Unary::Not, inner) => truth(inner.worth(of)).map(|truth| Worth::Truth(!truth)),
            Self::One(Unary::Minus, inner) => number(inner.worth(of)).map(|value| Worth::Number(-value)),
            Self::Two(Binary::And, a, b) => match (truth(a.worth(of)), truth(b.worth(of))) {
                (Some(false), _) | (_, Some(false)) => Some(Worth::Truth(false)),
                (Some(true), Some(true)) => Some(Worth::Truth(true)),
                _ => None,
            },
            Self::Two(Binary::Or, a, b) => match (truth(a.worth(of)), truth(b.worth(of))) {
                (Some(true), _) | (_, Some(true)) => Some(Worth::Truth(true)),
                (Some(false), Some(false)) => Some(Worth::Truth(false)),
                _ => None,
            },
            Self::Two(operator, a, b) => {
                let (a, b) = (number(a.worth(of))?, number(b.worth(of))?);
                Some(match operator {
                    Binary::Below => Worth::Truth(a < b),
                    Binary::AtMost => Worth::Truth(a <= b),
                    Binary::Above => Worth::Truth(a > b),
                    Binary::AtLeast => Worth::Truth(a >= b),
                    Binary::Equal => Worth::Truth(a.total_cmp(&b).is_eq()),
                    Binary::NotEqual => Worth::Truth(a.total_cmp(&b).is_ne()),
                    Binary::Plus => Worth::Number(a + b),
                    Binary::Minus => Worth::Number(a - b),
                    Binary::Times => Worth::Number(a * b),
                    Binary::Over => Worth::Number(Some(a / b).filter(|ratio| ratio.is_finite())?),
                    Binary::And | Binary::Or => return None,
                })
            }
        }
    }

    /// Every name in it.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Name(name) => vec![name],
            Self::One(_, inner) => inner.names(),
            Self::Two(_, a, b) => [a.names(), b.names()].concat(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$');
        let sign = ["<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")"];
        let end = if let Some(sign) = sign.iter().find(|sign| rest.starts_with(**sign)) {
            sign.len()
        } else if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '\'' | '"')) {
            rest.get(1..).and_then(|inner| inner.find(quote)).map(|at| at + 2).ok_or("a quote is never closed")?
        } else {
            rest.find(|letter| !is_name(letter)).unwrap_or(rest.len())
        };
        if end == 0 {
            return Err(format!("`{rest}` cannot be read as a condition"));
        }
        let (token, after) = rest.split_at(end);
        found.push(token.to_owned());
        rest = after.trim_start();
    }
    Ok(found)
}

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn level(&mut self, level: u8) -> Result<Expression, String> {
        if level > 4 {
            return self.single();
        }
        self.depth += 1;
        if self.depth > DEEPEST * 6 {
            return Err("the condition is too deep".to_owned());
        }
        let mut left = self.level(level + 1)?;
        while let Some((_, operator, _)) =
            self.peek().and_then(|token| Binary::ALL.iter().find(|(sign, _, own)| *own == level && *sign == token))
        {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = Expression::Two(*operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn single(&mut self) -> Result<Expression, String> {
        let token = self.peek().ok_or("the condition ends too early")?.to_owned();
        self.at += 1;
        match token.as_str() {
            "(" => {
                let inner = self.level(0)?;
                if self.peek() != Some(")") {
                    return Err("a bracket is never closed".to_owned());
                }
                self.at += 1;
                Ok(inner)
            }
            // `not a < b` is `not (a < b)`.
            "not" => Ok(Expression::One(Unary::Not, Box::new(self.level(2)?))),
            "-" => Ok(Expression::One(Unary::Minus, Box::new(self.single()?))),
            word if Binary::ALL.iter().any(|(sign, ..)| *sign == word) || word == ")" => {
                Err(format!("`{word}` stands where a metric or a number should be"))
            }
            word => Ok(match word.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0) {
                Some(number) if word.starts_with(|first: char| first.is_ascii_digit() || first == '.') => {
                    Expression::Number(number)
                }
                _ => Expression::Name(word.trim_matches(['\'', '"']).to_owned()),
            }),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracketed = |out: &mut fmt::Formatter<'_>, inner: &Self, least: u8| match inner {
            Self::Two(operator, ..) if operator.row().1 < least => write!(out, "({inner})"),
            Self::One(Unary::Not, _) if least > 1 => write!(out, "({inner})"),
            _ => write!(out, "{inner}"),
        };
        match self {
            Self::Number(value) => write!(out, "{value}"),
            Self::Name(name) => {
                let plain = name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$'));
                let starts = name.starts_with(|first: char| first.is_alphabetic());
                if plain && starts { out.write_str(name) } else { write!(out, "'{name}'") }
            }
            Self::One(Unary::Not, inner) => {
                out.write_str("not ")?;
                bracketed(out, inner, 2)
            }
            Self::One(Unary::Minus, inner) => {
                out.write_str("-")?;
                bracketed(out, inner, 5)
            }
            Self::Two(operator, a, b) => {
                let (sign, level) = operator.row();
                bracketed(out, a, level)?;
                write!(out, " {sign} ")?;
                bracketed(out, b, level + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn truth(text: &str) -> Option<bool> {
        let of = |name: &str| match name {
            "http.response_time.p95" => Some(200.0),
            "vusers.failed" => Some(3.0),
            "vusers.created" => Some(100.0),
            _ => None,
        };
        match Expression::parse(text).unwrap().worth(&of)? {
            Worth::Truth(truth) => Some(truth),
            Worth::Number(_) => None,
        }
    }

    #[test]
    fn conditions_are_weighed_as_written() {
        let cases = [
            ("http.response_time.p95 < 250 and vusers.failed == 3", Some(true)),
            ("http.response_time.p95 < 250 and vusers.failed > 3", Some(false)),
            ("vusers.failed / vusers.created <= 0.03", Some(true)),
            ("vusers.failed / (vusers.created - 100) <= 0.03", None),
            ("not vusers.failed > 5 or unknown > 1", Some(true)),
            ("unknown > 1 and vusers.failed > 5", Some(false)),
            ("unknown > 1", None),
            ("(vusers.failed + 1) * 2 - 8 == 0", Some(true)),
            ("-vusers.failed < -2", Some(true)),
        ];
        for (text, expected) in cases {
            assert_eq!(truth(text), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_in_words() {
        for (text, said) in [
            ("", "ends too early"),
            ("a <", "ends too early"),
            ("(a < 1", "never closed"),
            ("a < 1 b", "comes too late"),
            ("< 1", "stands where"),
            ("a ; b", "cannot be read"),
            ("'a < 1", "quote"),
        ] {
            let error = Expression::parse(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    fn any() -> impl Strategy<Value = Expression> {
        let leaf = prop_oneof![
            (0..1000_u32).prop_map(|number| Expression::Number(f64::from(number))),
            "[a-z]{1,4}(\\.p95)?"
                .prop_filter("no word of the grammar", |name| !["or", "and", "not"].contains(&name.as_str()))
                .prop_map(Expression::Name),
        ];
        leaf.prop_recursive(4, 24, 2, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| Expression::One(Unary::Not, Box::new(one))),
                inner.clone().prop_map(|one| Expression::One(Unary::Minus, Box::new(one))),
                (0..12_usize, inner.clone(), inner).prop_map(|(at, a, b)| Expression::Two(
                    Binary::ALL[at].1,
                    Box::new(a),
                    Box::new(b)
                )),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(expression in any()) {
            let written = expression.to_string();
            let read = Expression::parse(&written);
            prop_assert_eq!(read.map(|read| read.to_string()), Ok(written));
        }

        #[test]
        fn no_text_is_too_odd(text in ".{0,60}") {
            let _ = Expression::parse(&text);
        }
    }
}
