# How far the whole model has gone (path length), how far it has come (displacement), and the drift since the checkpoint before (step drift).
# 'gnuplot path.gp', here, draws path.svg and path.pdf from path.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'path.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,229 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.38889in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'path.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.134343
set rmargin at screen 0.768833
set tmargin at screen 0.848837
set bmargin at screen 0.151163
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
set logscale y
set xrange [-0.015:1.015]
set yrange [2.68528:256.03]
set xtics ('30' 0.023311, '100' 0.177246, '300' 0.317711, '1000' 0.471646, '200' 0.7544, 'main' 1) noenhanced
set ytics ('5' 5, '10' 10, '20' 20, '50' 50, '100' 100, '200' 200, '' 3 1, '' 4 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 30 1, '' 40 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1) enhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.0348837 center noenhanced
set label 'L2 distance' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set label '' at graph 0.0130794, graph 1.125 point pointtype 7 pointsize 0.5 linecolor rgb '#555555'
set label 'stage 1' at graph 0.0457779, graph 1.125 left noenhanced
set label '' at graph 0.250716, graph 1.125 point pointtype 5 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 1' at graph 0.283415, graph 1.125 left noenhanced
set label '' at graph 0.582734, graph 1.125 point pointtype 9 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 2' at graph 0.615432, graph 1.125 left noenhanced
set label '' at graph 0.914751, graph 1.125 point pointtype 13 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 3' at graph 0.947449, graph 1.125 left noenhanced
set arrow from graph 0.985437, graph 0.332497 to graph 1.04578, graph 0.332497 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'step drift' at graph 1.05886, graph 0.332497 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.985437, graph 0.787559 to graph 1.04578, graph 0.787559 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'displacement' at graph 1.05886, graph 0.787559 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.985437, graph 0.958961 to graph 1.04578, graph 0.958961 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'path length' at graph 1.05886, graph 0.958961 left noenhanced textcolor rgb '#004F7C'
plot \
    'path.csv' using (of(1, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'path.csv' using (of(2, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'path.csv' using (of(3, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'path.csv' using (of(4, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'path.csv' using (of(5, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'path.csv' using (of(6, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'path.csv' using (of(7, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'path.csv' using (of(8, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'path.csv' using (of(9, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'path.csv' using (of(10, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'path.csv' using (of(11, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'path.csv' using (of(12, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'path.csv' using (of(13, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'path.csv' using (of(14, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'path.csv' using (of(15, cell('position'))):(cell('drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle
set output
