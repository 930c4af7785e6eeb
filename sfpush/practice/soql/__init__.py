"""SOQL, read: `grammar` (what may be written), `parse` (text → tree), `compile` (tree → SQL), `literals` (values)."""
