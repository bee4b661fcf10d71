//! The one model that every tool's output becomes.
