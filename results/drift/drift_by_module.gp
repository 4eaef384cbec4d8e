# Relative drift of each module from stage1-step0-tokens0B.
# 'gnuplot drift_by_module.gp', here, draws drift_by_module.svg and drift_by_module.pdf from drift_by_module.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'drift_by_module.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,485 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,5.05556in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'drift_by_module.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.16002
set rmargin at screen 0.753408
set tmargin at screen 0.901099
set bmargin at screen 0.571429
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
set logscale y
set xrange [-0.015:1.015]
set yrange [0.00207433:9.51164]
set xtics ('30' 0.023311, '100' 0.177246, '300' 0.317711, '1000' 0.471646, '200' 0.7544, 'main' 1) noenhanced
set ytics ('0.003' 0.003, '0.01' 0.01, '0.03' 0.03, '0.1' 0.1, '0.3' 0.3, '1' 1, '3' 3, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 4 1, '' 5 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1) enhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.516484 center noenhanced
set label 'relative drift ‖b−a‖/‖a‖' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'attention' at graph 0, graph 1.21667 left noenhanced font large
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set label '' at graph 0.0139854, graph 1.125 point pointtype 7 pointsize 0.5 linecolor rgb '#555555'
set label 'stage 1' at graph 0.0489488, graph 1.125 left noenhanced
set label '' at graph 0.268083, graph 1.125 point pointtype 5 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 1' at graph 0.303046, graph 1.125 left noenhanced
set label '' at graph 0.623098, graph 1.125 point pointtype 9 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 2' at graph 0.658062, graph 1.125 left noenhanced
set label '' at graph 0.978113, graph 1.125 point pointtype 13 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 3' at graph 1.01308, graph 1.125 left noenhanced
set arrow from graph 0.985437, graph 0.57047 to graph 1.04895, graph 0.57047 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'attention.norm' at graph 1.06293, graph 0.57047 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.985437, graph 0.899226 to graph 1.04895, graph 0.8 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'attention.k' at graph 1.06293, graph 0.8 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.985437, graph 0.899751 to graph 1.04895, graph 0.866667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'attention.v' at graph 1.06293, graph 0.866667 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.985437, graph 0.901867 to graph 1.04895, graph 0.933333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'attention.o' at graph 1.06293, graph 0.933333 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.985437, graph 0.902277 to graph 1.04895, graph 1 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'attention.q' at graph 1.06293, graph 1 left noenhanced textcolor rgb '#004F7C'
plot \
    'drift_by_module.csv' using (of(2, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(3, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(4, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(5, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(6, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(13, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(14, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(15, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(16, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(17, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(24, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(25, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(26, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(27, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(28, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(35, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(36, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(37, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(38, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(39, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(46, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(47, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(48, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(49, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(50, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle

set lmargin at screen 0.16002
set rmargin at screen 0.753408
set tmargin at screen 0.401099
set bmargin at screen 0.0714286
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
set logscale y
set xrange [-0.015:1.015]
set yrange [0.00207433:9.51164]
set xtics ('30' 0.023311, '100' 0.177246, '300' 0.317711, '1000' 0.471646, '200' 0.7544, 'main' 1) noenhanced
set ytics ('0.003' 0.003, '0.01' 0.01, '0.03' 0.03, '0.1' 0.1, '0.3' 0.3, '1' 1, '3' 3, '' 0.004 1, '' 0.005 1, '' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '' 0.02 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.2 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 4 1, '' 5 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1) enhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.0164835 center noenhanced
set label 'relative drift ‖b−a‖/‖a‖' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'other modules' at graph 0, graph 1.21667 left noenhanced font large
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set label '' at graph 0.0139854, graph 1.125 point pointtype 7 pointsize 0.5 linecolor rgb '#555555'
set label 'stage 1' at graph 0.0489488, graph 1.125 left noenhanced
set label '' at graph 0.268083, graph 1.125 point pointtype 5 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 1' at graph 0.303046, graph 1.125 left noenhanced
set label '' at graph 0.623098, graph 1.125 point pointtype 9 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 2' at graph 0.658062, graph 1.125 left noenhanced
set label '' at graph 0.978113, graph 1.125 point pointtype 13 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 3' at graph 1.01308, graph 1.125 left noenhanced
set arrow from graph 0.985437, graph 0.667688 to graph 1.04895, graph 0.666667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'norm' at graph 1.06293, graph 0.666667 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.985437, graph 0.915631 to graph 1.04895, graph 0.733333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'mlp.down' at graph 1.06293, graph 0.733333 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.985437, graph 0.919108 to graph 1.04895, graph 0.8 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'mlp.up' at graph 1.06293, graph 0.8 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.985437, graph 0.929658 to graph 1.04895, graph 0.866667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'mlp.gate' at graph 1.06293, graph 0.866667 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.985437, graph 0.95798 to graph 1.04895, graph 0.933333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#56B4E9' back
set label 'unembedding' at graph 1.06293, graph 0.933333 left noenhanced textcolor rgb '#3C7EA3'
set arrow from graph 0.985437, graph 0.962899 to graph 1.04895, graph 1 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'embedding' at graph 1.06293, graph 1 left noenhanced textcolor rgb '#004F7C'
plot \
    'drift_by_module.csv' using (of(1, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(7, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(8, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(9, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(10, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(11, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(12, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(18, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(19, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(20, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(21, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(22, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(23, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(29, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(30, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(31, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(32, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(33, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(34, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(40, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(41, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(42, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(43, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(44, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(45, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(51, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(52, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(53, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(54, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'drift_by_module.csv' using (of(55, cell('position'))):(cell('relative_drift')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle
unset multiplot
set output
