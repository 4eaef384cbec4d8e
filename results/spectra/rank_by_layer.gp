# Stable and effective rank by layer, of main.
# 'gnuplot rank_by_layer.gp', here, draws rank_by_layer.svg and rank_by_layer.pdf from rank_by_layer.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'rank_by_layer.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,405 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,4.22222in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'rank_by_layer.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.117224
set rmargin at screen 0.806426
set tmargin at screen 0.980263
set bmargin at screen 0.585526
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [-0.12:3.12]
set yrange [0:23.1728]
set xtics ('0' 0, '1' 1, '2' 2, '3' 3) noenhanced
set ytics ('0' 0, '5' 5, '10' 10, '15' 15, '20' 20) noenhanced
unset label
unset arrow
set label 'layer' at graph 0.5, screen 0.519737 center noenhanced
set label 'stable rank' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from graph 0.962963, graph 0.186107 to graph 1.04214, graph 0.177127 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'attention.k' at graph 1.05419, graph 0.177127 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.962963, graph 0.249276 to graph 1.04214, graph 0.243794 nohead linewidth 0.4 dashtype 1 linecolor rgb '#56B4E9' back
set label 'attention.q' at graph 1.05419, graph 0.243794 left noenhanced textcolor rgb '#3C7EA3'
set arrow from graph 0.962963, graph 0.296 to graph 1.04214, graph 0.310461 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'mlp.gate' at graph 1.05419, graph 0.310461 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.962963, graph 0.431547 to graph 1.04214, graph 0.431547 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'attention.o' at graph 1.05419, graph 0.431547 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.962963, graph 0.605252 to graph 1.04214, graph 0.605252 nohead linewidth 0.4 dashtype 1 linecolor rgb '#000000' back
set label 'attention.v' at graph 1.05419, graph 0.605252 left noenhanced textcolor rgb '#000000'
set arrow from graph 0.962963, graph 0.677057 to graph 1.04214, graph 0.677057 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'mlp.down' at graph 1.05419, graph 0.677057 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.962963, graph 0.86611 to graph 1.04214, graph 0.86611 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'mlp.up' at graph 1.05419, graph 0.86611 left noenhanced textcolor rgb '#006E50'
plot \
    'rank_by_layer.csv' using (of(1, cell('block'))):(cell('stable_rank')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(2, cell('block'))):(cell('stable_rank')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(3, cell('block'))):(cell('stable_rank')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(4, cell('block'))):(cell('stable_rank')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(5, cell('block'))):(cell('stable_rank')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(6, cell('block'))):(cell('stable_rank')) with linespoints linewidth 1 pointtype 6 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(7, cell('block'))):(cell('stable_rank')) with linespoints linewidth 1 pointtype 4 pointsize 0.35 linecolor rgb '#000000' dashtype 1 notitle

set lmargin at screen 0.117224
set rmargin at screen 0.806426
set tmargin at screen 0.480263
set bmargin at screen 0.0855263
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [-0.12:3.12]
set yrange [46.1672:76.3907]
set xtics ('0' 0, '1' 1, '2' 2, '3' 3) noenhanced
set ytics ('50' 50, '55' 55, '60' 60, '65' 65, '70' 70, '75' 75) noenhanced
unset label
unset arrow
set label 'layer' at graph 0.5, screen 0.0197368 center noenhanced
set label 'effective rank' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from graph 0.962963, graph 0.131422 to graph 1.04214, graph 0.111452 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'attention.k' at graph 1.05419, graph 0.111452 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.962963, graph 0.158149 to graph 1.04214, graph 0.178119 nohead linewidth 0.4 dashtype 1 linecolor rgb '#56B4E9' back
set label 'attention.q' at graph 1.05419, graph 0.178119 left noenhanced textcolor rgb '#3C7EA3'
set arrow from graph 0.962963, graph 0.290881 to graph 1.04214, graph 0.266282 nohead linewidth 0.4 dashtype 1 linecolor rgb '#000000' back
set label 'attention.v' at graph 1.05419, graph 0.266282 left noenhanced textcolor rgb '#000000'
set arrow from graph 0.962963, graph 0.30835 to graph 1.04214, graph 0.332949 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'attention.o' at graph 1.05419, graph 0.332949 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.962963, graph 0.815929 to graph 1.04214, graph 0.80656 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'mlp.gate' at graph 1.05419, graph 0.80656 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.962963, graph 0.878085 to graph 1.04214, graph 0.873227 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'mlp.up' at graph 1.05419, graph 0.873227 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.962963, graph 0.925666 to graph 1.04214, graph 0.939894 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'mlp.down' at graph 1.05419, graph 0.939894 left noenhanced textcolor rgb '#004F7C'
plot \
    'rank_by_layer.csv' using (of(1, cell('block'))):(cell('effective_rank')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(2, cell('block'))):(cell('effective_rank')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(3, cell('block'))):(cell('effective_rank')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(4, cell('block'))):(cell('effective_rank')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(5, cell('block'))):(cell('effective_rank')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(6, cell('block'))):(cell('effective_rank')) with linespoints linewidth 1 pointtype 6 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'rank_by_layer.csv' using (of(7, cell('block'))):(cell('effective_rank')) with linespoints linewidth 1 pointtype 4 pointsize 0.35 linecolor rgb '#000000' dashtype 1 notitle
unset multiplot
set output
