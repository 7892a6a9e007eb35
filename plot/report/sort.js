// Sorts a table by the column whose heading is pressed. Without this script the table stands in the order of the ranking.
"use strict";

// The key of a row: a number from data-value, where an empty one stays last in both directions, or the text.
function sortKey(row, column, numeric) {
    const cell = row.cells[column];
    if (!numeric) return cell.textContent.trim();
    return cell.dataset.value ? Number(cell.dataset.value) : null;
}

function compareKeys(a, b, direction) {
    if (a === null || b === null) return (a === null) - (b === null);
    return direction * (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
}

function sortTable(table, column, direction) {
    const body = table.tBodies[0];
    const numeric = table.tHead.rows[0].cells[column].dataset.sort === "number";
    // Array.sort is stable, and starts from the first order: rows that are equal stay in the order of the ranking.
    const rows = table.ranked.map((row) => ({ row, key: sortKey(row, column, numeric) }));
    rows.sort((a, b) => compareKeys(a.key, b.key, direction));
    body.append(...rows.map((entry) => entry.row));
}

for (const table of document.querySelectorAll("table.sortable")) {
    table.ranked = Array.from(table.tBodies[0].rows);
    const headings = Array.from(table.tHead.rows[0].cells);
    headings.forEach((heading, column) => {
        // A button, so that the keyboard and screen readers have it for nothing.
        const button = document.createElement("button");
        button.type = "button";
        button.append(...heading.childNodes);
        heading.append(button);
        button.addEventListener("click", () => {
            const ascending = heading.getAttribute("aria-sort") !== "ascending";
            for (const other of headings) other.removeAttribute("aria-sort");
            heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
            sortTable(table, column, ascending ? 1 : -1);
        });
    });
}
